package example;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.*;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** Streams by itself: each stream is a connection of this process, and what is sent while a browser is away is lost. */
@SpringBootApplication
@RestController
public class App {
    static final String[] WORDS = ("Each word of this answer is sent as soon as it is known, "
            + "so that a reader can begin long before the end.").split(" ");

    final Set<SseEmitter> readers = ConcurrentHashMap.newKeySet();

    public static void main(String[] arguments) {
        SpringApplication.run(App.class, arguments);
    }

    @GetMapping("/healthz")
    Map<String, Object> healthz() {
        return Map.of("ok", true);
    }

    @GetMapping("/api/stream")
    SseEmitter stream() {
        var emitter = new SseEmitter(0L);
        new Thread(() -> {
            try {
                for (int step = 1; step <= 8; step++) {
                    emitter.send(event("progress", Map.of("step", step, "of", 8)));
                    pause();
                }
                emitter.send(event("end", Map.of()));
                emitter.complete();
            } catch (IOException gone) {
                emitter.completeWithError(gone);
            }
        }).start();
        return emitter;
    }

    @PostMapping("/api/answer")
    ResponseEntity<StreamingResponseBody> answer(@RequestBody Map<String, Object> question) {
        return ResponseEntity.ok().contentType(MediaType.TEXT_PLAIN).body(out -> {
            for (String word : WORDS) {
                out.write((word + " ").getBytes());
                out.flush();
                pause();
            }
        });
    }

    @GetMapping("/api/notifications")
    SseEmitter notifications() throws IOException {
        var emitter = new SseEmitter(0L);
        readers.add(emitter);
        emitter.onCompletion(() -> readers.remove(emitter));
        emitter.send(SseEmitter.event().comment("welcome")); // nothing is sent before the first event, not even headers
        return emitter;
    }

    @PostMapping("/api/send-message")
    Map<String, Object> sendMessage(@RequestBody Map<String, Object> message) {
        for (SseEmitter reader : readers) {
            try {
                reader.send(event("notification", message));
            } catch (IOException | IllegalStateException gone) {
                readers.remove(reader);
            }
        }
        return Map.of("readers", readers.size());
    }

    static SseEmitter.SseEventBuilder event(String name, Object data) {
        return SseEmitter.event().name(name).data(data, MediaType.APPLICATION_JSON);
    }

    static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
