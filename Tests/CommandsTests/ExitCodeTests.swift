import Alerts
import Platform
import Service
import TestSupport
import Testing

@testable import Commands

/// What `once` says to the shell.
@Suite struct ExitCodeTests {
  @Test(
    arguments: [
      ([.polled], 0), ([], 0), ([.polled, .unreachable], 69), ([.unreachable, .inUse], 69),
      ([.inUse, .polled], 75), ([.deadline, .loginRefused], 77), ([.loginRefused, .tlsFailed], 76),
      ([.protocolError, .fetcherDied], 71), ([nil], 75), ([.polled, nil], 75),
    ] as [([Outcome?], Int32)])
  func isThatOfTheWorstMailbox(outcomes: [Outcome?], expected: Int32) {
    #expect(code(outcomes) == expected)
  }

  @Test func saysThatSomethingIsLeftToBeDone() {
    #expect(code([.polled], actionsFailed: true) == 75)
    #expect(code([.tlsFailed], actionsFailed: true) == 76)
  }

  @Test func saysThatALedgerFailed() {
    #expect(code([.polled], ledgerFailed: true) == 71)
    #expect(code([.loginRefused], ledgerFailed: true) == 71)
  }

  private func code(
    _ outcomes: [Outcome?], ledgerFailed: Bool = false, actionsFailed: Bool = false
  ) -> Int32 {
    ServiceEnd(outcomes: outcomes, ledgerFailed: ledgerFailed, actionsFailed: actionsFailed)
      .exitCode
  }
}
