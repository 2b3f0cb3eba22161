using Spectre.Console;

namespace KvCompose.Samples.Needle.Display;

/// <summary>Shows a score board while it fills; where nothing can be redrawn (a file, a pipe) only its final state.</summary>
internal static class LiveScoreBoard
{
    /// <param name="console">Where it is shown.</param>
    /// <param name="board">What is shown.</param>
    /// <param name="run">The work; calls its argument when the board has changed.</param>
    public static void Show(IAnsiConsole console, ScoreBoard board, Action<Action> run)
    {
        if (console.Profile.Capabilities is { Ansi: true, Interactive: true })
        {
            console.Live(board.WithProgress()).AutoClear(true).Start(live => run(() => live.UpdateTarget(board.WithProgress())));
        }
        else
        {
            run(() => { });
        }

        console.Write(board.Table());
        console.Write(board.Tiers());
    }
}
