// Limits a client of a Kafka broker to some bytes a second, in each direction; 0 removes the limit.
// librdkafka's admin API has no quotas.
//
//   java -cp "$(tests/support/kafka/fetch)/libs/*" tests/support/kafka/SetQuota.java HOST:PORT CLIENT-ID BYTES
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;

public class SetQuota {
    public static void main(String[] args) throws Exception {
        double rate = Double.parseDouble(args[2]);
        Double value = rate == 0 ? null : rate;
        var client = new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, args[1]));
        var limits = List.of(new ClientQuotaAlteration.Op("consumer_byte_rate", value),
                             new ClientQuotaAlteration.Op("producer_byte_rate", value));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", args[0]))) {
            admin.alterClientQuotas(List.of(new ClientQuotaAlteration(client, limits))).all().get();
        }
    }
}
