using HybridTls.Fuzz;

// A fuzzer that watches coverage passes one argument: afl:TARGET or libfuzzer:TARGET.
return args is [var argument] && SharpFuzzEntry.TryRun(argument, out int code) ? code : CommandLine.Invoke(args);
