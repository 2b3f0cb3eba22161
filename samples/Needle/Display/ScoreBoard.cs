using System.Diagnostics;
using System.Globalization;
using KvCompose.Evaluation;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace KvCompose.Samples.Needle.Display;

/// <summary>The table, the question that was answered last, and the progress bar.</summary>
/// <param name="contestants">The rows.</param>
/// <param name="total">Answers until the end.</param>
internal sealed class ScoreBoard(IReadOnlyList<Contestant> contestants, int total)
{
    private const int BarWidth = 40;

    private readonly long _start = Stopwatch.GetTimestamp();
    private string _asked = "";
    private int _done;

    public void Advance(string asked) => (_done, _asked) = (_done + 1, asked);

    public IRenderable Table()
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("pipeline").Padding(0, 0).NoWrap());
        bool budgets = contestants.Any(contestant => contestant.Budget is not null);
        if (budgets)
        {
            table.AddColumn(new TableColumn("budget").RightAligned().Padding(0, 0).NoWrap());
        }

        foreach (string title in (string[])["accuracy", "tokens kept", "bytes held", "peak bytes", "first token", "per token"])
        {
            table.AddColumn(new TableColumn(title).RightAligned().Padding(0, 0).NoWrap());
        }

        foreach (Contestant contestant in contestants)
        {
            NeedleScore score = contestant.Score;
            string[] who = budgets ? [contestant.Name, contestant.Budget ?? ""] : [contestant.Name];
            if (score.Answers == 0)
            {
                table.AddRow(who);
                continue;
            }

            table.AddRow(
            [
                .. who, Invariant($"{100 * score.Accuracy:F1} %"), Invariant($"{score.TokensKept:F0}"), Bytes(score.BytesHeld), Bytes(score.PeakBytes),
                Invariant($"{score.TimeToFirstTokenMs:F1} ms"), Invariant($"{score.PerTokenMs:F2} ms"),
            ]);
        }

        return table;
    }

    /// <summary>What pipelines fetched while decoding, of those that have somewhere to fetch from.</summary>
    public IRenderable Tiers()
    {
        Contestant[] fetching = [.. contestants.Where(contestant => contestant.Score.HostBytes > 0)];
        if (fetching.Length == 0)
        {
            return Text.Empty;
        }

        Table table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("pipeline").Padding(0, 0).NoWrap());
        foreach (string title in (string[])["triggers", "tokens fetched", "bytes moved", "host bytes"])
        {
            table.AddColumn(new TableColumn(title).RightAligned().Padding(0, 0).NoWrap());
        }

        foreach (Contestant contestant in fetching)
        {
            NeedleScore score = contestant.Score;
            table.AddRow(contestant.Name, Invariant($"{score.Retrievals}"), Invariant($"{score.TokensMoved}"), Bytes(score.BytesMoved), Bytes(score.HostBytes));
        }

        return new Rows(table, Pages());
    }

    /// <summary>How the pages that were chosen change from step to step, of pipelines that choose pages.</summary>
    private IRenderable Pages()
    {
        Contestant[] choosing = [.. contestants.Where(contestant => contestant.Score.Overlap is not null)];
        if (choosing.Length == 0)
        {
            return Text.Empty;
        }

        bool measured = choosing.Any(contestant => contestant.Score.Recall is not null);
        Table table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("pipeline").Padding(0, 0).NoWrap());
        foreach (string title in (string[])["pages moved per token", "overlap", .. measured ? ["recall"] : (string[])[]])
        {
            table.AddColumn(new TableColumn(title).RightAligned().Padding(0, 0).NoWrap());
        }

        foreach (Contestant contestant in choosing)
        {
            NeedleScore score = contestant.Score;
            string[] row = [contestant.Name, Invariant($"{score.PagesMovedPerToken:F1}"), Share(score.Overlap)];
            table.AddRow(measured ? [.. row, Share(score.Recall)] : row);
        }

        return table;
    }

    public IRenderable WithProgress()
    {
        int filled = BarWidth * _done / total;
        TimeSpan left = _done == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_start) / _done * (total - _done);
        string bar = $"[green]{new string('━', filled)}[/][grey]{new string('━', BarWidth - filled)}[/]";
        return new Rows(
            Table(),
            new Text(_asked),
            new Markup($" {bar} {_done}/{total} answers, {Invariant($"{left:m\\:ss}")} left"));
    }

    private static string Share(double? share) => share is { } known ? Invariant($"{100 * known:F1} %") : "";

    private static string Bytes(long count) => count switch
    {
        < 1 << 20 => Invariant($"{count / 1024.0:F0} KiB"),
        _ => Invariant($"{count / 1048576.0:F2} MiB"),
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
