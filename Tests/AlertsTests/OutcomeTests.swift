import Alerts
import Testing

@Suite struct OutcomeTests {
  /// The certificate begins too late, the clock, and what that is.
  @Test(
    arguments: [
      (true, 999, .clockNotSet), (true, 0, .clockNotSet), (true, -1, .clockNotSet),
      (true, 1000, .tlsFailed), (true, 5000, .tlsFailed),
      (false, 0, .tlsFailed), (false, 5000, .tlsFailed),
    ] as [(Bool, Int64, Outcome)])
  func blamesTheClockOnlyWhereItIsBehindTheBuild(isTooEarly: Bool, now: Int64, outcome: Outcome) {
    #expect(
      Outcome(tlsFailureForCertificateNotValidYet: isTooEarly, now: now, built: 1000) == outcome)
  }
}
