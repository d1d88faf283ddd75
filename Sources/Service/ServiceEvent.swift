package import Alerts
package import Config
package import Ledger
package import Platform
package import Rules

/// An event that a running popbell reports, as values: `Commands` makes log lines of them.
package indirect enum ServiceEvent: Sendable {
  /// It begins to poll.
  case started(LoadedSettings)
  /// At the start: the alerts of so many messages were given up before.
  case givenUp(mailbox: [UInt8], count: Int)
  /// The supervisor reports of a mailbox, and of its alert.
  case reported(mailbox: Int, Report, AlertValues?, LoadedSettings)
  /// An output was switched.
  case switched(output: [UInt8], OutputEvent)
  /// An output cannot be switched on or off; `.lineFailed` says why.
  case switchRefused(output: [UInt8], active: Bool)
  /// A line cannot be had or driven; `triesAgain` is true if it is not held, and tried until it is.
  case lineFailed(OutputSettings, GPIOError, triesAgain: Bool)
  /// An output that was active is off, as the new settings do not have it.
  case outputDropped([UInt8])
  /// A program wrote a line, which is cut if it is too long; `of` is the rule, or `on-trouble`.
  case programLine([UInt8], isCut: Bool, of: [UInt8])
  /// Something that a mailbox needs of this machine failed; the name is empty if all of popbell needs it.
  case systemFailed(mailbox: [UInt8], SystemError)
  /// The program of `on-trouble` could not be started.
  case troubleNotTold(SystemError)
  /// It failed.
  case troubleProgramFailed(ActionFailure)
  /// More troubles wait for it than are kept.
  case tooMuchTrouble
  /// What `popbell ledger forget` asked for is done, or waits.
  case forgot(mailbox: [UInt8], ForgetOutcome)
  /// New settings have errors, so that the old ones stay.
  case settingsRefused(ConfigurationRefused)
  /// The ledgers of new settings cannot be had, so that the old ones stay.
  case ledgersRefused(StartFailure)
  /// A new state directory counts only after a restart.
  case stateDirectoryStays
  /// So does another kind of ledger of a mailbox.
  case ledgerStays(mailbox: [UInt8])
  /// New settings are in force.
  case settingsRead(LoadedSettings)
}

/// Takes the events of a running popbell, and returns each in words.
package struct ServiceReporter {
  private let body: (ServiceEvent) -> [UInt8]

  package init(_ body: @escaping (ServiceEvent) -> [UInt8]) { self.body = body }

  @discardableResult
  package func callAsFunction(_ event: ServiceEvent) -> [UInt8] { body(event) }
}

/// Why a service cannot start.
package indirect enum StartFailure: Error, Sendable {
  case system(SystemError)
  /// The state directory cannot be used.
  case stateDirectory([UInt8], FileError)
  /// The ledger of a mailbox, in this directory, cannot be used.
  case ledger(mailbox: [UInt8], directory: [UInt8], LedgerError)
}

/// The end of a service or of `once`.
package struct ServiceEnd {
  /// The last outcome of each mailbox; nil if popbell was stopped before there was one.
  package let outcomes: [Outcome?]
  /// True if a ledger could not be read or written.
  package let ledgerFailed: Bool
  /// True if something is left to be done: an action failed, or a message waits or could not be read.
  package let actionsFailed: Bool

  package init(outcomes: [Outcome?], ledgerFailed: Bool, actionsFailed: Bool) {
    self.outcomes = outcomes
    self.ledgerFailed = ledgerFailed
    self.actionsFailed = actionsFailed
  }
}
