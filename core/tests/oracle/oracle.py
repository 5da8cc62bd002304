"""An independent reading of the scoring rules: Python's decimal and the standard library only.

It reads one JSON document a line from standard input. The first holds the rule sets, as the program ships them; each
other one a sheet, as its author meant it (kinds of targets and numbers in one unit, not the cells as typed), with what
the program gave for it under each rule set. It says every digit that differs, and how many it held against each other.

Written from 财预〔2020〕10号 and the documents of the rule sets, not from the program.
"""

import json
import sys
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, getcontext

getcontext().prec = 80
D = Decimal
KNOWN = [("满意", "satisfaction"), ("产出", "output"), ("效益", "benefit"), ("效果", "benefit"), ("成本", "cost")]
ORDER = ["execution", "output", "benefit", "satisfaction", "cost"]


def number(text):
    return None if text is None else D(text)


class Rules:
    def __init__(self, document):
        self.d = document
        self.decimals = D(1).scaleb(-document["rounding"]["decimals"])
        self.mode = {"half_up": ROUND_HALF_UP, "truncate": ROUND_DOWN}[document["rounding"]["mode"]]

    def rounded(self, raw):
        # What division cut off behind the 80th digit must not decide a half.
        return raw.quantize(D(1).scaleb(-60), ROUND_HALF_UP).quantize(self.decimals, self.mode)

    def points(self, raw, weight):
        """A score lies in 0..weight; the full weight is not rounded."""
        return weight if raw >= weight else min(self.rounded(max(raw, D(0))), weight)

    def block(self, level1):
        for own in self.d["own_blocks"]:
            if any(word in level1 for word in own["words"]):
                return own["name"]
        return next((block for word, block in KNOWN if word in level1), "other")

    def blocks(self):
        weighed = [name for group in self.d["blocks"] for name in group["of"]]
        first = [] if "execution" in weighed else ["execution"]
        rest = [name for name in ORDER + [own["name"] for own in self.d["own_blocks"]] if name not in weighed + first]
        return first + weighed + rest + ["other"]

    # What is left of the weight once a bound is missed.
    def below(self, weight, target, actual):
        return weight * actual / target if target else D(0)

    def above(self, weight, target, actual):
        if not target:
            return D(0)
        if self.d["at_most"] == "ratio":
            return weight * target / actual
        return weight * (1 - (actual - target) / target)

    def too_much(self, weight, target, actual):
        over = self.d["over_achievement"]
        threshold, policy = D(over["threshold"]), over["policy"]
        if target <= 0 or actual < target * threshold or policy == "reason_required":
            return weight
        if policy == "proportional":
            return weight - weight * (actual / target - threshold)
        return weight - D(policy["fixed_deduction"]["points"])

    def at_least(self, weight, target, actual):
        return self.too_much(weight, target, actual) if actual >= target else self.below(weight, target, actual)

    def at_most(self, weight, target, actual):
        return weight if actual <= target else self.above(weight, target, actual)

    def equal(self, weight, target, actual, is_spending):
        if actual == target:
            return weight
        if self.d["equal"] == "exactly":
            return self.below(weight, target, actual) if actual < target else self.above(weight, target, actual)
        if is_spending or not target:
            return self.at_most(weight, target, actual)
        return weight if actual > target else self.below(weight, target, actual)

    def between(self, weight, low, high, actual):
        if actual < low:
            return self.below(weight, low, actual)
        return weight if actual <= high else self.above(weight, high, actual)

    def by_date(self, weight, due, done):
        days = (date.fromisoformat(done) - date.fromisoformat(due)).days
        if days <= 0:
            return weight
        late = self.d["late"]
        return None if late == "undecided" else weight - D(late["per_day"]["points"]) * days


# Ratios of annex 1: numerator and denominator, or None where a figure is missing; "full" without a building.
def ratio_of(name, sheet):
    base, execution = sheet["base"] or {}, sheet["execution"]

    def expense(item, figure):
        return number((base.get(item) or {}).get(figure))

    def share(part, whole):
        return None if part is None or whole is None or whole <= 0 else (part, whole)

    def change(now, before):
        return None if now is None or before is None or before <= 0 else (now - before, before)

    annual = number(execution["annual"])
    if name == "staffing_control":
        return share(number(base.get("on_duty")), number(base.get("quota")))
    if name == "three_public_change":
        return None
    if name == "three_public_budget_on_prior_final":
        return change(expense("three_public", "budget"), expense("three_public", "prior"))
    if name == "three_public_final_on_prior_final":
        return change(expense("three_public", "final"), expense("three_public", "prior"))
    if name == "three_public_control":
        return share(expense("three_public", "final"), expense("three_public", "budget"))
    if name == "public_expenditure_control":
        return share(expense("public", "final"), expense("public", "budget"))
    if name == "procurement_execution":
        return share(expense("procurement", "final"), expense("procurement", "budget"))
    if name == "budget_completion":
        return share(number(execution["executed"]), annual)
    if name == "budget_control":
        found = change(annual, number(execution["initial"]))
        return found and (abs(found[0]), found[1])
    if name in ("building_size_control", "building_investment_control"):
        if sheet["base"] is None:
            return None
        if not base["buildings"]:
            return "full"
        one, other = (0, 1) if name == "building_size_control" else (2, 3)
        figures = [(number(b[one]), number(b[other])) for b in base["buildings"]]
        if any(part is None or whole is None for part, whole in figures):
            return None
        return share(sum(part for part, _ in figures), sum(whole for _, whole in figures))
    raise ValueError(name)


def ratio_points(standard, found, weight):
    if found is None or found == "full":
        return None if found is None else weight
    part, whole = found
    over = part / whole - D(standard["full"])
    beyond = {"at_most": over, "at_least": -over, "exactly": abs(over)}[standard["side"]]
    if beyond <= 0:
        return weight
    if "steps" in standard["loss"]:
        steps = standard["loss"]["steps"]
        return weight * next((D(step["share"]) for step in steps if beyond <= D(step["up_to"])), D(0))
    loss = standard["loss"]["deduction"]
    stretches = beyond / D(loss["every"])
    if loss["count"] == "whole":
        stretches = stretches.to_integral_value(ROUND_DOWN)
    return weight - stretches * D(loss["points"])


def judge(row, rules, sheet):
    """(verdict, raw points): decided, undecided, missing, or dropped."""
    weight, kind = D(row["weight"]), row["kind"]
    if sheet["kind"] == "department":
        for standard in rules.d["ratios"]:
            if row["ratio_row"] is not None and row["ratio_row"] in standard["rows"]:
                raw = ratio_points(standard, ratio_of(standard["ratio"], sheet), weight)
                return ("undecided", None) if raw is None else ("decided", raw)
    if kind == "not_applicable":
        return ("missing" if rules.d["not_applicable"] == "forbid" else "dropped"), None
    if kind == "missing" or kind == "qualitative" and row["self"] is None:
        return "missing", None
    if kind == "qualitative":
        return "chosen", min(max(D(row["self"]), D(0)), weight)
    if kind in ("undecided", "no_target"):
        return "undecided", None
    if kind == "copied":
        return "decided", weight
    if kind == "date":
        raw = rules.by_date(weight, row["due"], row["done"])
        return ("undecided", None) if raw is None else ("decided", raw)
    cost = "成本" in row["level2"] or rules.block(row["level1"]) == "cost" and not row["level2"]
    actual = D(row["actual"])
    if kind == "range":
        return "decided", rules.between(weight, D(row["low"]), D(row["high"]), actual)
    target = D(row["target"])
    if kind == "unsigned":
        # Nothing written: at least; under cost at most, but a rate under cost at least; of what nobody wants, less.
        less = row["unwanted"] or (cost and not row["is_rate"]) or target == 0
        kind = "at_most" if less else "at_least"
    if kind == "equal":
        return "decided", rules.equal(weight, target, actual, cost and row["is_money"])
    return "decided", getattr(rules, kind)(weight, target, actual)


def total(values):
    there = [value for value in values if value is not None]
    return sum(there, D(0)) if there else None


def settle(weight, own, computed, reviewed, verdict):
    """Reviewed; else the lower of claim and rule, where a rule decides; else the claim."""
    if reviewed is not None:
        counts = reviewed
    elif verdict == "decided" or verdict == "chosen":
        counts = None if own is None else min(own, computed)
    else:
        counts = own if verdict == "undecided" else None
    return None if counts is None else min(max(counts, D(0)), weight)


def score(sheet, rules):
    answers, rows, complete = [], [], True
    execution = sheet["execution"]
    annual, executed = number(execution["annual"]), number(execution["executed"])
    rate = annual is not None and annual > 0 and executed is not None
    e_weight, e_self = number(execution["weight"]), number(execution["self"])
    e_computed = e_final = None
    if e_weight is not None:
        e_computed = rules.points(e_weight * executed / annual, e_weight) if rate else None
        e_final = settle(
            e_weight, e_self, e_computed, number(execution["reviewed"]), "decided" if rate else "missing"
        )
        complete &= e_final is not None
    answers += [e_computed, e_final]

    for row in sheet["rows"]:
        if row["weight"] is None:
            answers += [None, None]
            continue
        weight, own, reviewed = D(row["weight"]), number(row["self"]), number(row["reviewed"])
        verdict, raw = judge(row, rules, sheet)
        computed = None if raw is None else raw if verdict == "chosen" else rules.points(raw, weight)
        final = settle(weight, own, computed, reviewed, verdict)
        answers += [computed, final]
        dropped = verdict == "dropped" and reviewed is None
        complete &= dropped or final is not None
        complete &= not (row["kind"] == "no_target" and verdict == "undecided" and reviewed is None)
        rows.append((rules.block(row["level1"]), weight, own, computed, final, dropped))

    blocks = []
    for name in rules.blocks():
        if name == "execution":
            own = e_self if e_weight is not None else None
            blocks.append((name, e_weight, own, e_computed, e_final))
            continue
        mine = [row for row in rows if row[0] == name]
        if not mine:
            continue
        kept = [row for row in mine if not row[5]]
        lost = sum((row[1] for row in mine if row[5]), D(0))
        kept_weight = sum((row[1] for row in kept), D(0))
        complete &= bool(kept)

        def summed(column):
            there = [row for row in kept if row[column] is not None]
            if len(kept) == len(mine):
                return total(row[column] for row in there)
            if not there:
                return None
            if rules.d["not_applicable"] == "spread":
                parts = (row[column] * (1 + lost / len(kept) / row[1]) for row in there)
            else:
                parts = (row[column] * (kept_weight + lost) / kept_weight for row in there)
            return rules.rounded(sum(parts, D(0)))

        blocks.append((name, total(r[1] for r in mine), total(r[2] for r in mine), summed(3), summed(4)))

    complete &= total(block[1] for block in blocks) == 100
    caps = [D(c["total_at_most"]) for c in rules.d["caps"] if rate and executed < annual * D(c["rate_below"])]
    sums = [total(block[column] for block in blocks) for column in (2, 3, 4)]
    own, computed, final = sums[0], *(s if s is None else min([s, *caps]) for s in sums[1:])
    if sheet["reviewed_total"] is not None:
        final = D(sheet["reviewed_total"])
    grade = None
    if complete and final is not None:
        bounds = rules.d["grades"]
        grade = next((name for name in ("excellent", "good", "fair") if final >= D(bounds[name])), "poor")
    for block in blocks:
        answers += block
    return answers + [own, computed, final, grade, complete]


def said(value):
    return value if value is None or isinstance(value, (str, bool)) else format(value.normalize() + 0, "f")


def main():
    rule_sets = [Rules(document) for document in json.loads(sys.stdin.readline())]
    compared = wrong = 0
    for line in sys.stdin:
        sheet = json.loads(line)
        for index, answers in sheet["answers"]:
            mine = [said(value) for value in score(sheet, rule_sets[index])]
            compared += len(mine)
            if mine != answers:
                wrong += 1
                if wrong <= 5:
                    name = rule_sets[index].d["name"]
                    at = next((i for i, (a, b) in enumerate(zip(mine, answers)) if a != b), "length")
                    print(f"sheet {sheet['number']} under {name}, number {at}: {mine} against {answers}", file=sys.stderr)
                    print(json.dumps(sheet, ensure_ascii=False)[:6000], file=sys.stderr)
    print(f"{compared} compared, {wrong} sheets differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
