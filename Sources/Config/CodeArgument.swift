import Bytes
import Rules

/// A value of a message in an argument that its program would not read as mere text.
public struct CodeArgument: Error, Sendable {
  public enum Reason: Sendable {
    /// The argument is code of a shell, of a shell on another machine, or of another language.
    case shellCode, remoteCode, code
    /// The value can turn the argument into an option, or names the script to run.
    case option
  }

  public let reason: Reason
  /// The program that reads the argument: "sh".
  public let program: [UInt8]
  /// The number of the argument, from 1, not counting the program.
  public let argument: Int
  /// The name of the value in the template.
  public let value: [UInt8]
}

extension CodeArgument {
  func write(into sink: inout some ByteSink & ~Copyable) {
    sink.write("'{")
    sink.write(value)
    sink.write("}' in argument ", argument, " ")
    switch reason {
    case .shellCode, .code, .remoteCode:
      sink.write("can hold anything, and ")
      sink.write(printable: program.span)
      sink.write(reason == .remoteCode ? " has a shell run it: " : " would run it as code: ")
    case .option:
      sink.write("can become an option, a script or a program of ")
      sink.write(printable: program.span)
      sink.write(", and so code: ")
    }
    switch reason {
    case .shellCode:
      sink.write("write it behind the code, as in run = /bin/sh -c 'echo \"$1\"' sh {")
      sink.write(value)
      sink.write("}, or read \"$")
      writeVariable(into: &sink)
      sink.write("\" there, or ")
    case .code:
      sink.write("let the code read ")
      writeVariable(into: &sink)
      sink.write(" from its environment, or ")
    case .remoteCode: break
    case .option: sink.write("put text or '--' in front of it, or ")
    }
    sink.write("capture only letters, digits, '_', '.'")
    sink.write(reason == .option ? "" : ", '-'")
    sink.write(" with an expression, such as /([0-9]+)/")
  }

  private func writeVariable(into sink: inout some ByteSink & ~Copyable) {
    sink.write("POPBELL_")
    for byte in value { sink.write(variableByte(byte)) }
  }
}
