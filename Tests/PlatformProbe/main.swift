import Bytes
import CPlatform
import CProbe
import Glibc
import Platform

// Does one thing with Platform in a process of its own, and prints what came of it.

unsafe pb_arguments(CommandLine.argc, CommandLine.unsafeArgv)
let arguments = CommandLine.arguments.dropFirst()
let operand = arguments.dropFirst().first ?? ""
do {
  switch arguments.first {
  case "describe": describeProcess()
  case "fork": try forkAndTalk()
  case "orphan": try orphan()
  case "privileges": try reportPrivileges()
  case "sandbox": try runInSandbox()
  case "violate": try violate(operand)
  case "judge": try runJudge()
  case "resolver": try runResolver(operand)
  case "signals": try receiveSignals()
  case "interrupted": try runInterrupted()
  case "options": readOptions()
  case "time": say(string(Clock.timestamp(of: Clock.secondsSince1970, local: true).span))
  case "closed": try openMissingStreams()
  case "full": try fillTheDisk(operand)
  case "maildir-denied": try archiveWithoutPrivileges(operand)
  case "maildir-mounts": say(unsafe "\(probe_mount(operand, "size=64k"))")
  case "maildir-full": try archiveOnAFullDisk(operand)
  case "maildir-read-only": try archiveOnAReadOnlyDisk(operand)
  case "maildir-calls": try traceArchiving(operand)
  case "maildir-failing": try archiveWithFailures(operand)
  case "notify": try notify(operand)
  case "gpio": try useLine(operand, arguments.dropFirst(2).map { $0 })
  case "gpio-denied": try lookWithoutPrivileges(operand)
  default: exit(64)
  }
} catch {
  say("error: \(describe(error))")
  exit(1)
}
