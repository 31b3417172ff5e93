package example;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;
import java.util.Map;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.*;
import org.springframework.web.client.RestClient;

/** Sessions of the servlet container, and an endpoint as Traefik's ForwardAuth asks it. */
@RestController
public class Accounts {
    final RestClient sidestream;

    Accounts(RestClient.Builder builder, @Value("${SIDESTREAM_URL}") String url) {
        sidestream = builder.baseUrl(url).build();
    }

    record Person(String user) {}

    record Message(String to, String text) {}

    /** A real one asks for a password. */
    @PostMapping("/login")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void login(@RequestBody Person person, HttpServletRequest request) {
        request.getSession();
        request.changeSessionId();
        request.getSession().setAttribute("user", person.user());
    }

    @PostMapping("/logout")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void logout(HttpSession session) {
        session.invalidate();
    }

    /** Readers may only read: the method is that of the request which is asked about. */
    @GetMapping("/auth")
    ResponseEntity<Object> auth(@SessionAttribute(name = "user", required = false) String user,
            @RequestHeader("X-Forwarded-Method") String method, @RequestHeader("X-Forwarded-Uri") String uri) {
        if (user == null) return ResponseEntity.status(401).body(Map.of("error", "sign in first"));
        if (!method.equals("GET") && !method.equals("HEAD"))
            return ResponseEntity.status(403).body(Map.of("error", method + " " + uri));
        return ResponseEntity.ok().header("X-Forwarded-User", user).build();
    }

    @PostMapping("/api/notify")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Map<String, Object> notify(@RequestBody Message message) {
        sidestream.post().uri("/users/{to}/inbox?event=notification&key={to}", message.to(), message.to())
                .body(message).retrieve().toBodilessEntity();
        return Map.of("written", true);
    }
}
