import Foundation
import POP3Simulator
import Testing

@Suite struct PopSimTests {
  private struct Run {
    let process = Process()
    private let output = Pipe()

    init(_ arguments: [String]) throws {
      let folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
      process.executableURL = folder.appending(path: "popsim")
      process.arguments = arguments
      process.standardOutput = output
      process.standardError = output
      try process.run()
    }

    /// The next line; nil at the end.
    func line() -> String? {
      var line: [UInt8] = []
      while line.last != 0x0A {
        guard let byte = output.fileHandleForReading.readData(ofLength: 1).first else { return nil }
        line.append(byte)
      }
      return String(decoding: line.dropLast(), as: UTF8.self)
    }

    func end() -> (rest: [String], status: Int32) {
      process.terminate()
      var rest: [String] = []
      while let line = line() { rest.append(line) }
      process.waitUntilExit()
      return (rest, process.terminationStatus)
    }
  }

  @Test func servesUntilItIsTold() throws {
    let run = try Run(["serve", "--tls", "none", "--user", "me", "--password", "it is"])
    let port = try #require(UInt16(run.line()?.dropFirst("port ".count) ?? ""))
    #expect(run.line() == "listening on 127.0.0.1:\(port), no TLS, user me, 8 messages")
    let replies = try Client(port).converse("USER me", "PASS it is", "TOP 1 0", "DELE 1", "QUIT")
    #expect(replies.contains("Subject: ALARM zone 12 front door"))
    let (lines, status) = run.end()
    #expect(lines.contains("#1 TOP \"ALARM zone 12 front door\""))
    #expect(lines.contains("#1 deleted \"ALARM zone 12 front door\""))
    #expect(lines.last == "stopped after 1 connection, 1 login, 1 deleted")
    #expect(status == 0)
    #expect(throws: Client.Refused.self) { try Client(port) }
  }

  @Test func writesItsAuthorityAndRemovesIt() throws {
    let run = try Run(["serve", "--arrive", "86400"])
    _ = run.line()
    let path = try #require(run.line()?.dropFirst("ca ".count))
    #expect(try String(contentsOfFile: String(path), encoding: .utf8).contains("BEGIN CERTIFICATE"))
    #expect(run.line()?.hasSuffix("0 messages") == true)
    #expect(run.end().status == 0)
    #expect(!FileManager.default.fileExists(atPath: String(path)))
  }

  @Test(arguments: [
    (["serve", "--folder", "/missing/folder"], "cannot read the folder /missing/folder", 1),
    (["serve", "--certificate-folder", "/dev/null"], "cannot write /dev/null/ca.pem", 1),
    (["serve", "--arrive", "0"], "--arrive takes seconds", 64),
    (["serve", "--folder", ".", "--samples"], "--folder goes neither with", 64),
    (["serve", "--password", "a\nb"], "one line of text", 64),
  ])
  func refuses(_ arguments: [String], _ text: String, _ status: Int32) throws {
    let run = try Run(arguments)
    let first = run.line() ?? ""
    #expect(first.hasPrefix("Error: ") && first.contains(text))
    while run.line() != nil {}
    run.process.waitUntilExit()
    #expect(run.process.terminationStatus == status)
  }
}
