internal import Bytes
import Mail
import POP3
import Rules

// A dry run reports every rule that does not take a message. Otherwise only the nearest rule is reported, and
// only with `tellsNearest`.
extension Fetcher
where MD5: ~Copyable, SHA256: ~Copyable {
  /// Reports that no rule takes `message`, whose header is complete; does nothing outside a dry run without
  /// `tellsNearest`.
  mutating func tellUnmatched<Sink: FrameSink & ~Copyable>(_ message: Int, _ sink: inout Sink) {
    guard settings.isDryRun || settings.tellsNearest else { return }
    var miss: RuleMiss?
    if !settings.isDryRun, let nearest = settings.rules.nearest(to: header, in: &context) {
      miss = RuleMiss(rule: nearest.rule, nearest.mismatch, of: header, in: settings.rules)
    }
    var from: [UInt8] = []
    if let address = header.from { from = [UInt8](address) }
    sink.send(
      .unmatched(
        UnmatchedMessage(
          number: UInt32(message), subject: [UInt8](header.subject), from: from, nearest: miss)))
    tellMisses(before: settings.rules.rules.count, &sink)
  }

  /// Sends a `missed` frame for each of the first `end` rules that does not take the message; in a dry run
  /// only.
  mutating func tellMisses<Sink: FrameSink & ~Copyable>(before end: Int, _ sink: inout Sink) {
    guard settings.isDryRun else { return }
    for index in 0..<end {
      let rule = settings.rules.rules[index]
      guard let mismatch = rule.mismatch(with: header, in: &context) else { continue }
      sink.send(.missed(RuleMiss(rule: index, mismatch, of: header, in: settings.rules)))
    }
  }
}
