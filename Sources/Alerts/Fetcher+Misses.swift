internal import Bytes
import Mail
import POP3
import Rules

// The rules that do not take a message are told of in a dry run, each of them; else only where
// somebody wants to know, and the nearest.
extension Fetcher
where MD5: ~Copyable, SHA256: ~Copyable {
  /// No rule takes `message`, whose header is complete.
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

  /// Tells of each of the first `end` rules that does not take the message; only in a dry run.
  mutating func tellMisses<Sink: FrameSink & ~Copyable>(before end: Int, _ sink: inout Sink) {
    guard settings.isDryRun else { return }
    for index in 0..<end {
      let rule = settings.rules.rules[index]
      guard let mismatch = rule.mismatch(with: header, in: &context) else { continue }
      sink.send(.missed(RuleMiss(rule: index, mismatch, of: header, in: settings.rules)))
    }
  }
}
