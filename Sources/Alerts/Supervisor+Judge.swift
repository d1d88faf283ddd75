public import Bytes
import Config
import Ledger
public import Rules

/// A judge's decision on a claim.
public enum Judgement: Sendable, Equatable {
  /// The rule takes the message, with these captures.
  case taken(Captures)
  /// The rule does not take the message, or the judge crashed on the claim.
  case refused
  /// The claim was not judged: the judge ended for another reason or, if nil, was not started.
  case none(ProcessEnd?)

  /// Room for the longest packet, which has all captures at full length.
  public typealias Bytes = ByteBuffer<4160>

  /// The judgement on a claim whose judge ended without a packet. A signal counts against the claim, except
  /// for those by which the kernel ends any process: SIGKILL (no memory) and SIGSYS (a forbidden call).
  public init(ofDeath end: ProcessEnd) {
    switch end {
    case .killed(signal: 9), .killed(signal: 31), .exited: self = .none(end)
    case .killed: self = .refused
    }
  }

  // judgement = %x00 / %x01 ncaptures(1) *field
  /// Parses a judge's packet, as untrusted input: one that is not valid is `refused`.
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

  /// The packet that a judge sends.
  public var encoded: [UInt8] {
    guard case .taken(let captures) = self else { return [0] }
    var bytes = [1, UInt8(captures.count)]
    for index in 0..<captures.count { bytes.append(field: captures.value(at: index)) }
    return bytes
  }
}

/// A claim that waits for its judgement.
struct PendingClaim {
  let match: Match
  let claim: Claim
}

extension Supervisor where S: ~Copyable {
  /// Judges the pending claim of `mailbox`, for `Order.judge`. The claim is untrusted text: call this in a
  /// sandboxed process only.
  public borrowing func judge(_ mailbox: Int) -> Judgement {
    guard case .judging(let pending) = mailboxes[mailbox].poll.progress else { return .none(nil) }
    let rule = settings.rules.rules[pending.match.rule]
    let captures = pending.claim.captures(of: rule, mailbox: mailbox, in: settings.rules)
    return captures.map { .taken($0) } ?? .refused
  }

  /// Handles the judgement on the claim of `mailbox`. A refused claim costs only its message, which waits for
  /// a day like one that could not be read.
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
