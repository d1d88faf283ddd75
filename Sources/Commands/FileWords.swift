import Bytes
import Platform

/// Why a file is not read, and what mends it.
func describe(_ error: FileError, _ path: [UInt8]) -> [UInt8] {
  var text: [UInt8] = []
  switch error {
  case .system(let error): text.append(error.text)
  case .notRegular: text.append("this is not a file")
  case .tooLarge: text.append("the file is too large")
  case .owner(let user):
    text.append("the file belongs to user ")
    text.append(decimal: UInt64(user))
    text.append("; it must belong to you or to root")
  case .mode(let mode, let trust):
    text.append("others may ")
    text.append(mode & 0o022 != 0 ? "change" : trust == .folder ? "lock" : "read")
    text.append(" it (mode ")
    text.append(octal: mode & 0o777)
    text.append("); run: chmod ")
    switch trust {
    case .anyone, .settings: text.append("o-w ")
    case .secret: text.append(mode & 0o040 != 0 ? "640 " : "600 ")
    case .folder: text.append("700 ")
    }
    text.append(path)
  }
  return text
}

/// Why no ledger is kept in a folder, and what mends it.
func describe(folder error: FileError, _ path: [UInt8]) -> [UInt8] {
  guard case .system(let error) = error else { return describe(error, path) }
  return switch error.number {
  case .wouldBlock: [UInt8]("another popbell works with it")
  case .symbolicLink:
    [UInt8]("a symbolic link that is not root's is in the way; name the folder that it leads to")
  default: error.text
  }
}

/// Why no Maildir can be written, and what mends it.
func describe(_ problem: MaildirProblem, _ path: [UInt8]) -> [UInt8] {
  var text: [UInt8] = []
  switch problem.number {
  case .notFound: text.append("neither this folder nor the one above it is there")
  case .accessDenied:
    text.append("user ")
    text.append(problem.user)
    text.append(", as which popbell runs, may not write there")
  case .notAFolder: text.append("this, or what a Maildir has in it, is not a folder; name another")
  case .symbolicLink:
    text.append("a symbolic link is in the way: tmp, new and cur must be folders, and, for root, ")
    text.append("links above them must be root's; name the folder itself")
  default: text.append(problem.number.text)
  }
  guard problem.number == .notFound || problem.number == .accessDenied else { return text }
  text.append("; run: install -d -m 700 -o ")
  text.append(problem.user)
  text.append(" ")
  text.append(path)
  return text
}

extension [UInt8] {
  fileprivate mutating func append(octal mode: UInt32) {
    append(.ascii("0"))
    for shift in [6, 3, 0] as [UInt32] { append(0x30 | UInt8(mode >> shift & 7)) }
  }
}
