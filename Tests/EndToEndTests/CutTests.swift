import Foundation
import POP3Simulator
import TestTraits
import Testing

/// The connection ends after each byte of a session, in both directions, and the second alarm's
/// program fails the first time. Whatever was cut, no message goes that has not fired, none fires
/// twice, and the next polls make all good (L1, L2).
@Suite(.waits) struct CutTests {
  /// Where a server ends the connection.
  private enum Cut: Sendable {
    case sent(Int)
    case received(Int)

    func apply(to behaviour: inout Behaviour) {
      switch self {
      case .sent(let count): behaviour.closesAfterSent = count
      case .received(let count): behaviour.closesAfterReceived = count
      }
    }
  }

  @Test(arguments: [true, false])
  func atEveryByte(pipelining: Bool) throws {
    try cut(every: 1, tls: "none", pipelining: pipelining)
  }

  @Test(arguments: ["implicit", "starttls"])
  func inTLS(tls: String) throws { try cut(every: 16, tls: tls, pipelining: true) }

  /// Fires for all alarms; the first time, the second fails.
  @Sendable private func rule(_ bench: Bench) -> String {
    let failed = bench.path("failed")
    let script = """
      #!/bin/sh
      [ $1 != 2 ] || [ -e \(failed) ] || { : > \(failed); exit 1; }
      echo $1 >> \(bench.path("fired"))

      """
    try? bench.write("fire", script, mode: 0o755)
    return Scene.rule(bench)
  }

  private func cut(every step: Int, tls: String, pipelining: Bool) throws {
    var behaviour = Behaviour()
    behaviour.supportsPipelining = pipelining
    let (whole, authority) = (behaviour, CertificateAuthority())
    let scene = try Scene(whole, tls: tls, authority: authority, rules: rule)
    #expect(try scene.bench.popbell("once").exitCode == 75)
    #expect(scene.mailbox.deletedUIDs == ["1", "3"])
    let transcript = try #require(scene.server.transcripts.first)
    #expect(transcript.pipeliningErrors == 0)
    let cuts =
      stride(from: 0, through: transcript.sentCount, by: step).map(Cut.sent)
      + stride(from: 0, through: transcript.receivedCount, by: step).map(Cut.received)
    #expect(cuts.count > 300 / step)

    let wrongs = parallel(cuts.count) { index in
      var behaviour = whole
      cuts[index].apply(to: &behaviour)
      let scene = try Scene(behaviour, tls: tls, authority: authority, rules: rule)
      let run = try scene.bench.popbell("once")
      var wrongs = scene.wrongs
      let lines = run.errors.split(separator: "\n").count { $0.contains("warning: box: ") }
      // Nothing of the session may be missing, though the server broke off behind it; then it is
      // the failed action that asks for another try.
      let isWhole = lines == 0 && scene.mailbox.deletedUIDs == ["1", "3"]
      // Who broke off at CAPA, or at a header, is asked once more without that.
      let retries = run.errors.split(separator: "\n").count { $0.hasSuffix("tried again at once") }
      let expected = max(1, retries)...(3 * retries + 1)
      if run.exitCode != 75 || !(isWhole || expected.contains(lines)) {
        wrongs.append("\(run.exitCode): \(run.errors)")
      }
      let hasFailed = FileManager.default.fileExists(atPath: scene.bench.path("failed"))
      wrongs += try scene.wrongsAfterGoodPolls(hasFailed ? 1 : 2)
      return wrongs.map { "\(cuts[index]): \($0)" }
    }
    #expect(wrongs.flatMap(\.self) == [])
  }
}
