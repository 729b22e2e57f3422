#if Kafka
  internal import CRdKafka
#endif
#if Redis
  internal import CHiredis
#endif
#if Postgres
  internal import CPostgres
#endif
#if MQTT
  internal import CMosquitto
#endif

/// The clients of other systems that this program was built with: one a package trait, none by
/// default. Safe because each call only reads the library's own version.
public enum ClientLibraries {
  /// Trait and version of each linked client library.
  public static var linked: [(trait: String, version: String)] {
    var linked: [(trait: String, version: String)] = []
    #if Kafka
      linked.append(("Kafka", unsafe String(cString: rd_kafka_version_str())))
    #endif
    #if Redis
      linked.append(("Redis", "\(HIREDIS_MAJOR).\(HIREDIS_MINOR).\(HIREDIS_PATCH)"))
    #endif
    #if Postgres
      let version = PQlibVersion()
      linked.append(("Postgres", "\(version / 10_000).\(version % 10_000)"))
    #endif
    #if MQTT
      var numbers = (major: Int32(0), minor: Int32(0), revision: Int32(0))
      unsafe mosquitto_lib_version(&numbers.major, &numbers.minor, &numbers.revision)
      linked.append(("MQTT", "\(numbers.major).\(numbers.minor).\(numbers.revision)"))
    #endif
    return linked
  }
}
