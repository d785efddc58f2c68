using HybridTls.Tool;

return await HybridTlsTool.RunAsync(args, ToolConsole.ForProcess()).ConfigureAwait(false);
