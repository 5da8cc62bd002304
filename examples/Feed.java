import java.net.URI;
import java.net.http.*;
import java.nio.file.*;
import java.util.*;
import java.util.regex.*;

/**
 * Keeps the settled scores of a year by program, unit/project, in a file, beside the cursor to go on from. JDK 11, nothing else:
 * JIXIAO_URL=https://…/api/v1 JIXIAO_CLIENT_ID=… JIXIAO_CLIENT_SECRET=… java Feed.java 2023 scores.properties [--once]
 */
class Feed {
    static final String API = System.getenv("JIXIAO_URL"), TEXT = "\"(?:[^\"\\\\]|\\\\.)*\"";
    static final Pattern ITEM = Pattern.compile("\\{(?:[^{}\"]++|" + TEXT + "|\\{(?:[^{}\"]++|" + TEXT + ")*\\})*\\}");
    static final HttpClient HTTP = HttpClient.newHttpClient();

    static HttpResponse<String> ask(String path, String authorization, HttpRequest.Builder request) throws Exception {
        request.uri(URI.create(API + path)).header("Authorization", authorization).timeout(java.time.Duration.ofSeconds(60));
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    /** A member that is text; empty where it is null. Where you have a JSON library, use it. */
    static String text(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\"((?:[^\"\\\\]|\\\\.)*)\"").matcher(json);
        return found.find() ? found.group(1) : "";
    }

    public static void main(String[] args) throws Exception {
        boolean once = args.length > 2 && args[2].equals("--once");
        String id = System.getenv("JIXIAO_CLIENT_ID") + ":" + System.getenv("JIXIAO_CLIENT_SECRET"), token = "";
        Path file = Path.of(args[1]), next = Path.of(args[1] + ".new");
        Properties state = new Properties();
        if (Files.exists(file)) try (var in = Files.newBufferedReader(file)) { state.load(in); }
        while (true) {
            if (token.isEmpty()) { // a token lasts a quarter of an hour
                var form = HttpRequest.newBuilder().header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString("grant_type=client_credentials"));
                token = text(ask("/auth/token", "Basic " + Base64.getEncoder().encodeToString(id.getBytes()), form).body(), "access_token");
                if (token.isEmpty()) throw new Exception("The sign-in was refused");
            }
            String since = state.containsKey("cursor") ? "&since=" + state.get("cursor") : "";
            var page = ask("/scores/changes?limit=500&year=" + args[0] + "&wait=" + (once ? 0 : 30) + since, "Bearer " + token, HttpRequest.newBuilder());
            if (page.statusCode() == 401) token = "";
            else if (page.statusCode() == 429 || page.statusCode() == 503) Thread.sleep(1000 * page.headers().firstValueAsLong("Retry-After").orElse(1));
            else if (page.statusCode() != 200) throw new Exception(page.body());
            if (page.statusCode() != 200) continue;
            int seen = 0;
            Matcher items = ITEM.matcher(page.body().substring(page.body().indexOf('[')));
            for (; items.find(); seen++) {
                String item = items.group(), project = text(item, "project"), change = text(item, "change");
                String program = text(item, "code") + "/" + (project.isEmpty() ? "-" : project), score = text(item, "final_total");
                if (change.equals("withdrawn")) state.remove(program); else state.setProperty(program, score);
                System.out.println(change + " " + program + " " + state.getOrDefault(program, "-"));
            }
            state.setProperty("cursor", text(page.body(), "next_cursor"));
            try (var out = Files.newBufferedWriter(next)) { state.store(out, null); }
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE); // whenever this is stopped, it goes on from both
            if (once && seen == 0) break;
        }
    }
}
