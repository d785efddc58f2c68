using System.CommandLine;
using System.CommandLine.Completions;

namespace HybridTls.Tool;

/// <summary><c>hybridtls completion</c>: prints the script by which a shell completes this command's words.</summary>
internal static class CompletionCommand
{
    private static readonly Dictionary<string, string> Scripts = new(StringComparer.Ordinal)
    {
        ["bash"] = """
            # eval "$(hybridtls completion bash)" in ~/.bashrc
            _hybridtls() {
              local IFS=$'\n'
              COMPREPLY=($(hybridtls complete --position "$COMP_POINT" "$COMP_LINE" 2>/dev/null))
              [ ${#COMPREPLY[@]} -gt 0 ] || compopt -o default
            }
            complete -F _hybridtls hybridtls
            """,
        ["zsh"] = """
            # eval "$(hybridtls completion zsh)" in ~/.zshrc, after compinit
            _hybridtls() {
              local words=("${(@f)$(hybridtls complete --position "$CURSOR" "$BUFFER" 2>/dev/null)}")
              [[ -n "$words" ]] && compadd -- $words || _files
            }
            compdef _hybridtls hybridtls
            """,
        ["fish"] = """
            # hybridtls completion fish > ~/.config/fish/completions/hybridtls.fish
            complete -c hybridtls -a '(hybridtls complete --position (commandline -C) (commandline) 2>/dev/null)'
            """,
        ["pwsh"] = """
            # hybridtls completion pwsh | Out-String | Invoke-Expression, in $PROFILE
            Register-ArgumentCompleter -Native -CommandName hybridtls -ScriptBlock {
              param($word, $line, $position)
              hybridtls complete --position $position "$line" | ForEach-Object { [System.Management.Automation.CompletionResult]::new($_) }
            }
            """,
    };

    /// <summary>Builds the command.</summary>
    public static Command Create(ToolConsole console)
    {
        Argument<string> shell = new("SHELL") { Description = "bash, zsh, fish or pwsh" };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        Command command = new("completion", "Print the script by which a shell completes the words of this command.") { shell };
        command.SetAction(parsed =>
        {
            console.Out.WriteLine(Scripts[parsed.GetRequiredValue(shell)]);
            return ExitCode.Success;
        });
        return command;
    }

    /// <summary>Builds the command that the scripts call.</summary>
    public static Command CreateAnswer(ToolConsole console)
    {
        Argument<string> line = new("LINE");
        Option<int?> position = new("--position");
        Command command = new("complete", "Print the words that may follow in a command line.") { line, position };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            string text = parsed.GetRequiredValue(line);
            int end = Math.Clamp(parsed.GetValue(position) ?? text.Length, 0, text.Length);
            int start = text.IndexOf(' ', StringComparison.Ordinal); // what the user calls the command by
            if (start < 0 || end <= start)
                return ExitCode.Success;
            string words = text[(start + 1)..end];
            foreach (CompletionItem item in HybridTlsTool.CreateRoot(console).Parse(words).GetCompletions(words.Length))
                console.Out.WriteLine(item.InsertText ?? item.Label);
            return ExitCode.Success;
        });
        return command;
    }
}
