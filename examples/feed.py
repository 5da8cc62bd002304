#!/usr/bin/env python3
"""Keeps the settled scores of a year by program, unit/project, in a file, beside the cursor to go on from.

    JIXIAO_URL=https://…/api/v1 JIXIAO_CLIENT_ID=… JIXIAO_CLIENT_SECRET=… python3 feed.py 2023 scores.json [--once]
"""
import base64, json, os, sys, time
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

API, (YEAR, FILE), ONCE = os.environ["JIXIAO_URL"], sys.argv[1:3], "--once" in sys.argv
CLIENT = base64.b64encode(f'{os.environ["JIXIAO_CLIENT_ID"]}:{os.environ["JIXIAO_CLIENT_SECRET"]}'.encode()).decode()

def ask(path, authorization, form=None):
    request = Request(API + path, form and urlencode(form).encode(), {"Authorization": authorization})
    with urlopen(request, timeout=60) as answer:
        return json.load(answer)

state = json.load(open(FILE)) if os.path.exists(FILE) else {"cursor": None, "scores": {}}
token = None
while True:
    since = {"since": state["cursor"]} if state["cursor"] else {}
    query = urlencode({"year": YEAR, "limit": 500, "wait": 0 if ONCE else 30, **since})
    try:
        token = token or ask("/auth/token", f"Basic {CLIENT}", {"grant_type": "client_credentials"})["access_token"]
        page = ask(f"/scores/changes?{query}", f"Bearer {token}")
    except HTTPError as refusal:
        if refusal.code == 401 and token:  # a token lasts a quarter of an hour
            token = None
        elif refusal.code in (429, 503):
            time.sleep(int(refusal.headers.get("Retry-After", 1)))
        else:
            sys.exit(f"{refusal.code}: {refusal.read().decode()}")
        continue
    for change in page["items"]:
        program = f'{change["unit"]["code"]}/{change["project"] or "-"}'
        state["scores"].pop(program, None)
        if change["change"] != "withdrawn":
            state["scores"][program] = change["final_total"]
        print(change["change"], program, state["scores"].get(program, "-"), change["name"], flush=True)
    state["cursor"] = page["next_cursor"]
    with open(f"{FILE}.new", "w") as new:
        json.dump(state, new)
    os.replace(f"{FILE}.new", FILE)  # scores and cursor at once: whenever this is stopped, it goes on from both
    if ONCE and not page["items"]:
        break
