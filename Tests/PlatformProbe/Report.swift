import Bytes
import Glibc
import Platform

/// Prints a line at once.
func say(_ text: String) {
  try? StandardStream.output.write(Array("\(text)\n".utf8).span)
}

func string(_ bytes: Span<UInt8>) -> String {
  String(decoding: bytes.indices.map { bytes[$0] }, as: UTF8.self)
}

/// For people and for tests.
func describe(_ error: any Error) -> String {
  switch error {
  case let error as SystemError: string(error.text.span)
  case GPIOError.ambiguous(let chips): "ambiguous: \(string(chips.span))"
  case GPIOError.busy(let consumer): "busy: \(consumer.map { string($0.span) } ?? "nobody")"
  case GPIOError.denied: "denied"
  case GPIOError.system(let error): string(error.text.span)
  default: "\(error)"
  }
}

/// The lines of a file in /proc/self that begin so, with single blanks.
func facts(_ file: String, _ beginnings: String...) -> String {
  guard
    let bytes = try? readFile(Array("/proc/self/\(file)".utf8).span, limit: 65536, trust: .anyone)
  else { return "cannot read \(file)" }
  return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    .filter { line in beginnings.contains { line.hasPrefix($0) } }
    .map { $0.split { $0 == " " || $0 == "\t" }.joined(separator: " ") }
    .joined(separator: ", ")
}

/// Which signals are blocked and ignored. The C library keeps 32 and 33 for itself, as they were.
func signalFacts() -> String {
  facts("status", "SigBlk", "SigIgn").split(separator: ", ").map { fact in
    let mask = UInt64(fact.suffix(16), radix: 16) ?? .max
    return "\(fact.prefix(6)) \(String(mask & ~(3 << 31), radix: 16))"
  }
  .joined(separator: ", ")
}

/// The numbers of what is open.
func openDescriptors() -> [Int32] {
  (0..<1024).filter { fcntl($0, F_GETFD) >= 0 }
}

/// How soon the kernel ends this process when memory runs out.
func memoryScore() -> String {
  let path = Array("/proc/self/oom_score_adj".utf8)
  guard let bytes = try? readFile(path.span, limit: 64, trust: .anyone) else { return "none" }
  return String(decoding: bytes.dropLast(), as: UTF8.self)
}

/// What a program that was started sees of the world.
func describeProcess() {
  say("arguments \(CommandLine.arguments.dropFirst(2).map { $0 })")
  if let bytes = try? readFile(Array("/proc/self/environ".utf8).span, limit: 65536, trust: .anyone)
  {
    say("environment \(bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })")
  }
  say("folder \(unsafe String(cString: getcwd(nil, 0)))")
  say("descriptors \(openDescriptors())")
  var byte: UInt8 = 0
  say("input \(unsafe read(0, &byte, 1))")
  say("memory score \(memoryScore())")
  say("leads its group \(getpgid(0) == getpid())")
  say("\(facts("status", "Umask")), \(signalFacts())")
  try? StandardStream.error.write(Array("to standard error\n".utf8).span)
}
