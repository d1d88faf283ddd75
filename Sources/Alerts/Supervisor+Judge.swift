public import Bytes
import Config
import Ledger
public import Rules

/// A judge's verdict on a claim.
public enum Judgement: Sendable, Equatable {
  /// The rule takes the message; its captures.
  case taken(Captures)
  /// The rule does not take the message, or the judge died of the claim.
  case refused
  /// The claim is not judged: the judge ended so for another reason, or (nil) was not started.
  case none(ProcessEnd?)

  /// Room for the longest: its captures, as long as they may be.
  public typealias Bytes = ByteBuffer<4160>

  /// A judge ended without a word: over the claim, but for signals by which the kernel ends any process, to
  /// have its memory (SIGKILL) or at a call that is not foreseen (SIGSYS).
  public init(ofDeath end: ProcessEnd) {
    switch end {
    case .killed(signal: 9), .killed(signal: 31), .exited: self = .none(end)
    case .killed: self = .refused
    }
  }

  // judgement = %x00 / %x01 ncaptures(1) *field
  /// A judge's packet, which is taken as a stranger's: `refused` if it is none.
  public init(parsing bytes: Span<UInt8>) {
    self = (try? Self(reading: bytes)) ?? .refused
  }

  private init(reading bytes: Span<UInt8>) throws(FetcherFrame.Flaw) {
    var reader = FrameReader(bytes)
    self = .refused
    if try reader.flag() {
      var captures = Captures()
      for _ in 0..<(try reader.byte()) {
        let capture = try reader.text(atMost: Limits.captureValue)
        guard captures.append(capture.span) else { throw .range }
      }
      self = .taken(captures)
    }
    try reader.end()
  }

  /// The packet of a judge that could say something.
  public var encoded: [UInt8] {
    guard case .taken(let captures) = self else { return [0] }
    var bytes = [1, UInt8(captures.count)]
    for index in 0..<captures.count { bytes.append(field: captures.value(at: index)) }
    return bytes
  }
}

/// A claim that is judged.
struct PendingClaim {
  let match: Match
  let claim: Claim
}

extension Supervisor where S: ~Copyable {
  /// Judges the claim that waits for that at `mailbox`, as `Order.judge` asks for. It is a stranger's text:
  /// not for this process, but for one that can do nothing.
  public borrowing func judge(_ mailbox: Int) -> Judgement {
    guard case .judging(let pending) = mailboxes[mailbox].poll.progress else { return .none(nil) }
    let rule = settings.rules.rules[pending.match.rule]
    let captures = pending.claim.captures(of: rule, mailbox: mailbox, in: settings.rules)
    return captures.map { .taken($0) } ?? .refused
  }

  /// A judge has judged the claim of `mailbox`, or could not. What does not hold costs that message, which
  /// waits for a day like one that could not be read.
  public mutating func judged<Lines: OutputLines & ~Copyable>(
    _ mailbox: Int, _ judgement: Judgement, on lines: inout Lines, now: Instant, time: UInt64
  ) {
    let box = mailboxes[mailbox]
    guard case .judging(let pending) = box.poll.progress else { return }
    box.poll.progress = .reading(Claim())
    guard case .polling = box.phase, !isStopping else { return }
    ledgers[mailbox].tick(now: now, wall: time)
    let match = pending.match
    switch judgement {
    case .taken(let captures):
      var values = pending.claim.values
      values.captures = captures
      matched(mailbox, match, values, on: &lines)
    case .refused:
      let name = settings.rules.rules[match.rule].name
      box.poll.unread += 1
      unread(
        mailbox, match.message,
        match.identity.believesUniqueID ? match.identity.uniqueID : nil,
        "rule " + name + " does not take what was read of it")
      order(.answer(mailbox: mailbox, .unread))
    case .none(let end):
      report(mailbox, .notJudged(rule: match.rule, end))
      fail(mailbox)
    }
  }
}
