import com.launchdarkly.eventsource.ErrorStrategy;
import com.launchdarkly.eventsource.EventSource;
import com.launchdarkly.eventsource.FaultEvent;
import com.launchdarkly.eventsource.MessageEvent;
import com.launchdarkly.eventsource.StreamEvent;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/** Maven okhttp-eventsource. Prints `NAME tab ID tab DATA` for each event. */
public class Client {
  public static void main(String[] arguments) throws Exception {
    EventSource source = new EventSource.Builder(URI.create(arguments[0]))
        .errorStrategy(ErrorStrategy.alwaysContinue())
        .retryDelay(300, TimeUnit.MILLISECONDS)
        .build();
    for (StreamEvent event : source.anyEvents()) {
      if (event instanceof MessageEvent) {
        MessageEvent message = (MessageEvent) event;
        System.out.printf("%s\t%s\t%s%n", message.getEventName(), message.getLastEventId(), message.getData());
      } else if (event instanceof FaultEvent) { // it reconnects by itself
        System.err.println(((FaultEvent) event).getCause());
      }
    }
  }
}
