public import Bytes
import Config
import Ledger
import Rules

extension Supervisor where S: ~Copyable {
  /// Takes a frame from the fetcher of `mailbox`, as from a stranger: one that does not parse or is
  /// out of place ends the fetcher.
  public mutating func received<Lines: OutputLines & ~Copyable>(
    _ frame: Span<UInt8>, from mailbox: Int, on lines: inout Lines, now: Instant, time: UInt64
  ) {
    guard case .polling = mailboxes[mailbox].phase, !isStopping else { return }
    guard let frame = try? FetcherFrame(parsing: frame) else { return distrust(mailbox, now: now) }
    switch frame {
    case .mailbox(let messages):
      mailboxes[mailbox].tally.messages = messages
    case .loginDelay(let seconds):
      mailboxes[mailbox].schedule.serverAsks(for: .seconds(Int64(seconds)))
    case .matched(let rule, let identity, let values):
      guard mayMatch(mailbox, rule: rule) else { return distrust(mailbox, now: now) }
      matched(
        mailbox, rule: rule, identity: identity, values: values, on: &lines, now: now, time: time)
    case .deleted(let identity):
      mailboxes[mailbox].tally.deleted = saturated(mailboxes[mailbox].tally.deleted)
      if let identity { ledgers[mailbox].noteDeletion(of: identity) }
    case .committed(let count, let sum):
      mailboxes[mailbox].examined = Examined(count: count, sum: sum, rules: fingerprint)
    case .stage(let stage): mailboxes[mailbox].stage = stage
    case .ended(let outcome, let detail):
      mailboxes[mailbox].outcome = outcome
      mailboxes[mailbox].detail = detail
      mailboxes[mailbox].phase = .ending(since: now)
    }
  }

  /// Whether a match makes sense: the rule is there, is for this mailbox, and nothing else is under
  /// way.
  private func mayMatch(_ mailbox: Int, rule: Int) -> Bool {
    guard mailboxes[mailbox].alert == nil, rule < settings.rules.rules.count else { return false }
    let rule = settings.rules.rules[rule]
    return rule.mailbox == nil || rule.mailbox == mailbox
  }

  private mutating func distrust(_ mailbox: Int, now: Instant) {
    mailboxes[mailbox].outcome = .fetcherDied
    mailboxes[mailbox].phase = .ending(since: now)
    order(.endFetcher(mailbox: mailbox))
  }

  /// The fetcher of `mailbox` is gone, after all its frames were received.
  public mutating func fetcherEnded(_ mailbox: Int, now: Instant, time: UInt64) {
    let start = mailboxes[mailbox].start ?? now
    settle(mailbox, time: time)
    mailboxes[mailbox].phase = .finished
    if isStopping { return }  // It was ended by us, and that is no news.
    let outcome = mailboxes[mailbox].outcome ?? .fetcherDied
    mailboxes[mailbox].outcome = outcome
    var next: Instant?
    if mode == .service {
      let planned = nextPoll(mailbox, outcome, start: start, now: now)
      let due = mailboxes[mailbox].pollsAgain ? now : planned
      mailboxes[mailbox].phase = .waiting(until: due)
      next = due
    }
    report(
      mailbox,
      .ended(
        outcome, mailboxes[mailbox].tally, mailboxes[mailbox].detail, mailboxes[mailbox].stage,
        next: next.map { $0 - now }))
  }

  /// Writes down what the server has committed; drops what it has not.
  private mutating func settle(_ mailbox: Int, time: UInt64) {
    let ledger = ledgers[mailbox]
    // A disk that was full may have room again.
    do throws(LedgerError) { try ledger.flush(time: time) } catch {
      report(mailbox, .ledgerFailed(error))
    }
    guard let examined = mailboxes[mailbox].examined, mode != .once(dryRun: true) else {
      mailboxes[mailbox].tally.deleted = 0
      return
    }
    do throws(LedgerError) {
      try ledger.commitDeletions(time: time)
      try ledger.examine(examined, time: time)
    } catch {
      report(mailbox, .ledgerFailed(error))
    }
  }

  private mutating func nextPoll(
    _ mailbox: Int, _ outcome: Outcome, start: Instant, now: Instant
  ) -> Instant {
    mailboxes[mailbox].skipsCapabilities =
      outcome == .capabilitiesHang
      || (mailboxes[mailbox].skipsCapabilities && outcome == .polled)
    return outcome == .polled
      ? mailboxes[mailbox].schedule.next(afterSuccessAt: start, now: now)
      : mailboxes[mailbox].schedule.next(afterFailureAt: now, outcome.retry)
  }
}

private func saturated(_ count: UInt32) -> UInt32 { count == .max ? count : count + 1 }
