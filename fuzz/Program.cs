#if SHARPFUZZ
if (args is ["sharpfuzz", var sharpFuzzTarget])
    return HybridTls.Fuzz.SharpFuzzEntry.Run(sharpFuzzTarget);
#endif
return HybridTls.Fuzz.CommandLine.Invoke(args);
