/// An order of the supervisor to the code that owns the processes.
public enum Order: Sendable, Equatable {
  case startFetcher(mailbox: Int)
  /// Kill the fetcher; `fetcherEnded` follows.
  case endFetcher(mailbox: Int)
  /// Have a sandboxed process call `judge`; `judged` follows in any case.
  case judge(mailbox: Int)
  /// Send the fetcher the verdict on its match.
  case answer(mailbox: Int, Verdict)
  /// Send the fetcher the verdicts on a part of its listing.
  case answerListing(mailbox: Int, ListingAnswer)
  /// Start the program of an action with the values of `alert(of:)`; `actionEnded` follows in any case.
  case startProgram(mailbox: Int, rule: Int, action: Int)
  /// End the process group of the program: ask it to end or, with `force`, kill it.
  case endProgram(mailbox: Int, force: Bool)
  /// Begin the file `name` in the Maildir of `rule`.
  case beginArchive(mailbox: Int, rule: Int, name: [UInt8])
  /// Append to that file.
  case writeArchive(mailbox: Int, [UInt8])
  /// Make the file durable, and deliver it; `archiveEnded` follows in any case.
  case endArchive(mailbox: Int)
  indirect case report(mailbox: Int, Report)
  /// An output was switched, or its line refused; for the log.
  case switched(OutputEvent)
}
