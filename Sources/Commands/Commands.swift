/// The program. Returns its exit code, as in sysexits.h.
@c(popbell_main)
public func main(argumentCount: Int32) -> Int32 { 0 }
