// Consume HOST PORT DATABASE SLOT PUBLICATION EVENTS: Debezium's engine reads a slot; its events, JSON without schemas, are
// counted and thrown away. It ends when it has seen that many, and prints how many of each kind there were.
import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.format.Json;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

public class Consume {
  public static void main(String[] args) throws Exception {
    Properties settings = new Properties();
    settings.putAll(Map.ofEntries(
        Map.entry("name", "peer"), Map.entry("topic.prefix", "peer"),
        Map.entry("connector.class", "io.debezium.connector.postgresql.PostgresConnector"),
        Map.entry("offset.storage", "org.apache.kafka.connect.storage.MemoryOffsetBackingStore"),
        Map.entry("database.hostname", args[0]), Map.entry("database.port", args[1]), Map.entry("database.dbname", args[2]),
        Map.entry("database.user", "postgres"), Map.entry("database.password", "x"), Map.entry("plugin.name", "pgoutput"),
        Map.entry("slot.name", args[3]), Map.entry("publication.name", args[4]), Map.entry("publication.autocreate.mode", "disabled"),
        Map.entry("snapshot.mode", "no_data"), Map.entry("max.batch.size", "8192"), Map.entry("max.queue.size", "32768"),
        Map.entry("converter.schemas.enable", "false")));
    final long wanted = Long.parseLong(args[5]);
    final long[] seen = {0, 0, 0, 0};
    CountDownLatch done = new CountDownLatch(1);
    DebeziumEngine<ChangeEvent<String, String>> engine = DebeziumEngine.create(Json.class).using(settings)
        .using((success, message, error) -> {
          if (!success) System.err.println(message + " " + error);
          done.countDown();
        })
        .notifying((List<ChangeEvent<String, String>> events, DebeziumEngine.RecordCommitter<ChangeEvent<String, String>> committer) -> {
          for (ChangeEvent<String, String> event : events) {
            String value = event.value();
            if (value != null) {   // a tombstone has none
              int at = value.lastIndexOf("\"op\":\"");
              char kind = at < 0 ? '?' : value.charAt(at + 6);
              if (kind == 'c') ++seen[0];
              else if (kind == 'u') ++seen[1];
              else if (kind == 'd') ++seen[2];
              else ++seen[3];
            }
            committer.markProcessed(event);
          }
          committer.markBatchFinished();
          if (seen[0] + seen[1] + seen[2] >= wanted) done.countDown();
        })
        .build();
    var executor = Executors.newSingleThreadExecutor();
    executor.execute(engine);
    done.await();
    System.out.println(seen[0] + " " + seen[1] + " " + seen[2]);
    System.out.flush();
    Runtime.getRuntime().halt(seen[0] + seen[1] + seen[2] == wanted ? 0 : 1);   // it would wait for the server first
  }
}
