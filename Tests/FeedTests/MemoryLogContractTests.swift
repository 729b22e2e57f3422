import Feed
import TestKit
import Testing

@Suite("The log in memory keeps the contract of logs")
struct MemoryLogContractTests {
  @Test(arguments: EventLogContract.allCases)
  func keeps(_ promise: EventLogContract) throws {
    try promise.check(MemoryLog(deadLettersMax: EventLogContract.deadLettersMax))
  }
}
