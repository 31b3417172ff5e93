package example;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.UUID;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.*;
import org.springframework.web.client.RestClient;

/** Freed of streams: what browsers shall see is posted to Sidestream, which keeps and serves it. */
@SpringBootApplication
@RestController
public class App {
    static final String[] WORDS = ("Each word of this answer is sent as soon as it is known, "
            + "so that a reader can begin long before the end.").split(" ");

    final RestClient sidestream;

    App(RestClient.Builder builder, @Value("${SIDESTREAM_URL}") String url) {
        sidestream = builder.baseUrl(url).build();
    }

    public static void main(String[] arguments) {
        SpringApplication.run(App.class, arguments);
    }

    @GetMapping("/healthz")
    Map<String, Object> healthz() {
        return Map.of("ok", true);
    }

    @PostMapping("/api/send-message")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Map<String, Object> sendMessage(@RequestBody JsonNode message) {
        publish("/api/notifications", "notification", message.toString());
        return Map.of("written", true);
    }

    @PostMapping("/api/answer")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Map<String, Object> answer(@RequestBody Map<String, Object> question) {
        String stream = "/answers/" + UUID.randomUUID();
        new Thread(() -> writeAnswer(stream)).start();
        return Map.of("stream", stream);
    }

    void writeAnswer(String stream) {
        try {
            for (String word : WORDS) {
                publish(stream, "word", word);
                Thread.sleep(50);
            }
            publish(stream, "end", "");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** An answer of 4xx or 5xx is an exception. */
    void publish(String path, String event, String data) {
        sidestream.post().uri(path + "?event={event}", event).body(data).retrieve().toBodilessEntity();
    }
}
