import Bytes
public import Config
import Ledger

// Servers that do not answer requests for one message, though they answer those for others.
extension Supervisor where S: ~Copyable {
  /// Number of polls that must end at different headers before messages are read whole.
  private static var mostStuck: Int { 3 }
  /// Maximum number of messages that are passed over.
  private static var mostPassedOver: Int { 16 }
  /// Maximum number of polls in one run of `popbell once` to find these messages.
  static var mostTries: Int { 3 * mostPassedOver }

  /// Notes a poll that ended while a header was awaited. The second time, that message is passed over. If it
  /// is a different message each time, TOP itself may be the cause, and messages are read whole. `popbell
  /// once` polls again at once, and does not wait twice for a silent server. Returns `true` if another poll
  /// may come further.
  mutating func noteStuck(_ mailbox: Int, _ outcome: Outcome, now: Instant) -> Bool {
    let box = mailboxes[mailbox]
    if outcome.isPolled { box.wereStuck = [] }
    box.passesOver.endSession(isCommitted: box.poll.examined != nil)
    guard outcome == .deadline || outcome == .connectionLost, mode != .once(dryRun: true) else {
      return false
    }
    guard let stuck = box.poll.stuck else { return false }
    // Deletions are committed first; the next session shows whether this message is the cause.
    if box.poll.lostDeletions { return true }
    let isSecond = box.wereStuck.contains(stuck)
    if !isSecond { box.wereStuck.append(stuck) }
    let isSure = isSecond || mode != .service && outcome == .deadline
    // If TOP gives no header at all, TOP is the cause, and not the message.
    if isSure ? box.poll.topFailed : box.wereStuck.count >= Self.mostStuck,
      readWhole(mailbox, now: now)
    {
      return true
    }
    guard isSure else { return true }
    guard !box.passesOver.contains(stuck), box.passesOver.count < Self.mostPassedOver else {
      return false
    }
    box.passesOver.append(stuck)
    box.nextReading = now + Mailbox.pause
    box.smallBatch = nil
    return true
  }

  /// Notes a poll that ended while the unique-ids of the whole mailbox were listed. If that took longer than a
  /// poll may, or the connection ended twice there, the mailbox is not listed for a day, as each poll would end
  /// so and keep new messages waiting. Returns `true` if `popbell once` may come further in another poll.
  func noteStuckListing(_ mailbox: Int, _ outcome: Outcome, now: Instant) -> Bool {
    let box = mailboxes[mailbox]
    var isListing = box.poll.listingIsStuck
    if case .listing = box.poll.progress { isListing = true }
    let isTooSlow = isListing && outcome == .deadline
    let isCut = box.poll.listingIsStuck && outcome == .connectionLost
    if isTooSlow || isCut && box.wasStuckListing { box.nextListing = now + Mailbox.longPause }
    return isTooSlow || isCut
  }

  /// Postpones a content that did not arrive completely: by a day if it took longer than a poll may, by an hour
  /// if the connection ended, as each poll would end so and keep other messages waiting.
  mutating func noteSlowContent(_ mailbox: Int, _ outcome: Outcome, now: Instant) {
    let box = mailboxes[mailbox]
    guard case .archiving(let alert) = box.poll.progress else { return }
    let isTooSlow = outcome.isPolled || outcome == .deadline
    let pause = isTooSlow ? Mailbox.longPause : Mailbox.pause
    box.slow.append(SlowContent(key: alert.identity.key, end: now + pause))
    guard isTooSlow else { return }
    box.poll.tally.failed += 1
    report(mailbox, .archiveTooSlow(rule: alert.rule))
  }

  /// Notes a session that ended while the reply to a DELE was awaited. The second time counts as a refusal:
  /// the message waits for a day, and those behind it do not wait for it.
  mutating func noteStuckDeletion(_ mailbox: Int, now: Instant) {
    let box = mailboxes[mailbox]
    guard box.poll.examined == nil, let message = box.poll.stuckDeletion,
      message == box.wasStuckDeletion
    else { return }
    box.smallBatch = nil
    let words = [UInt8]("the server does not answer DELE")
    let isAlert = deletionRefused(mailbox, message, words, now: now)
    // A message that no rule takes has no record: none of them is deleted until then.
    if !isAlert { box.refusesCommit = true }
  }

  /// Has all headers requested by TOP again, once `nextReading` has come.
  func endPassingOver(_ mailbox: Int, now: Instant) {
    let box = mailboxes[mailbox]
    guard let next = box.nextReading, next <= now else { return }
    (box.passesOver, box.readsWhole, box.nextReading) = ([], false, nil)
  }

  private mutating func readWhole(_ mailbox: Int, now: Instant) -> Bool {
    let box = mailboxes[mailbox]
    guard settings.mailboxes[mailbox].headers == .auto, !box.readsWhole else { return false }
    (box.readsWhole, box.passesOver, box.smallBatch) = (true, [], nil)
    // If the same message hangs with RETR, too, it is passed over at once.
    box.wereStuck.removeAll { $0 != box.poll.stuck }
    box.nextReading = now + Mailbox.longPause
    return true
  }

  /// Reports, once, that headers are read by RETR.
  mutating func sayWholeMessages(_ mailbox: Int) {
    guard !mailboxes[mailbox].saidWholeMessages else { return }
    mailboxes[mailbox].saidWholeMessages = true
    report(mailbox, .readsWholeMessages)
  }

  /// The command by which the headers of `mailbox` are read.
  public func headers(of mailbox: Int) -> HeaderCommand {
    mailboxes[mailbox].readsWhole ? .retr : settings.mailboxes[mailbox].headers
  }
}
