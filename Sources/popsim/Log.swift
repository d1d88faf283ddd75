import Foundation
import POP3Simulator

/// One line for each thing that happens, with colour where a person looks on.
struct Log: Sendable {
  private let isColoured = isatty(STDOUT_FILENO) == 1

  func say(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }

  func say(_ event: Event) {
    switch event {
    case .connected(let number): say(number, "connected")
    case .secured(let number): say(number, "TLS")
    case .loggedIn(let number, let user): say(number, "login \(printable(user))")
    case .refusedLogin(let number, let user): say(number, "login refused \(printable(user))", 31)
    case .read(let number, let command, let subject):
      say(number, "\(command.rawValue.uppercased()) \(quoted(subject))")
    case .marked(let number, let subject): say(number, "DELE \(quoted(subject))")
    case .deleted(let number, let subject): say(number, "deleted \(quoted(subject))", 32)
    case .ended(let number): say(number, "closed")
    }
  }

  /// `colour` is of ECMA-48's SGR.
  private func say(_ number: Int, _ text: String, _ colour: Int? = nil) {
    guard isColoured else { return say("#\(number) \(text)") }
    let text = colour.map { "\u{1B}[\($0)m\(text)\u{1B}[0m" } ?? text
    say("\u{1B}[2m#\(number)\u{1B}[0m \(text)")
  }
}

func quoted(_ text: String) -> String { "\"\(printable(text))\"" }

/// Control characters could move the terminal's cursor.
private func printable(_ text: String) -> String {
  String(
    String.UnicodeScalarView(
      text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
}
