/// An order of the supervisor's to whoever owns the processes.
public enum Order: Sendable, Equatable {
  case startFetcher(mailbox: Int)
  /// Kill it; `fetcherEnded` follows.
  case endFetcher(mailbox: Int)
  /// Have a process that can do nothing call `judge`; `judged` follows in any case.
  case judge(mailbox: Int)
  /// Tell the fetcher what became of its match.
  case answer(mailbox: Int, Verdict)
  /// Tell it what the messages of a listing need.
  case answerListing(mailbox: Int, ListingAnswer)
  /// Start the program of an action, with `alert(of:)`; `actionEnded` follows in any case.
  case startProgram(mailbox: Int, rule: Int, action: Int)
  /// End its process group, politely or (`force`) not.
  case endProgram(mailbox: Int, force: Bool)
  /// Begin to write a message into the Maildir of `rule`, under a name that stands for it.
  case beginArchive(mailbox: Int, rule: Int, name: [UInt8])
  case writeArchive(mailbox: Int, [UInt8])
  /// Make it last; `archiveEnded` follows in any case.
  case endArchive(mailbox: Int)
  indirect case report(mailbox: Int, Report)
  /// An output was driven, or refused to be: for the log.
  case switched(OutputEvent)
}
