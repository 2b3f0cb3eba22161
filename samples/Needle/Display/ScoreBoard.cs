using System.Diagnostics;
using System.Globalization;
using KvCompose.Evaluation;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace KvCompose.Samples.Needle.Display;

/// <summary>The table, the question that was answered last, and the progress bar.</summary>
/// <param name="runs">The rows.</param>
/// <param name="total">Answers until the end.</param>
/// <param name="height">Lines of the terminal.</param>
internal sealed class ScoreBoard(IReadOnlyList<PipelineRun> runs, int total, int height)
{
    private const int BarWidth = 40;

    /// <summary>Lines of the live view that are no rows: frame, header, question, progress, and the line of the cursor.</summary>
    private const int OtherLines = 8;

    private readonly long _start = Stopwatch.GetTimestamp();
    private string _asked = "";
    private int _done;
    private PipelineRun? _latest;

    /// <summary>Counts an answer.</summary>
    /// <param name="asked">The question and its answer.</param>
    /// <param name="by">Which pipeline answered.</param>
    public void Advance(string asked, PipelineRun by) => (_done, _asked, _latest) = (_done + 1, asked, by);

    /// <summary>All rows.</summary>
    public IRenderable Table() => Table(runs);

    private IRenderable Table(IEnumerable<PipelineRun> shown)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("pipeline").Padding(0, 0).NoWrap());
        bool budgets = runs.Any(run => run.Budget is not null);
        if (budgets)
        {
            table.AddColumn(new TableColumn("budget").RightAligned().Padding(0, 0).NoWrap());
        }

        foreach (string title in (string[])["right", "95 %", "kept", "held", "peak", "first token", "per token"])
        {
            table.AddColumn(new TableColumn(title).RightAligned().Padding(0, 0).NoWrap());
        }

        foreach (PipelineRun run in shown)
        {
            NeedleScore score = run.Score;
            string[] who = budgets ? [run.Name, run.Budget ?? ""] : [run.Name];
            if (score.Answers == 0)
            {
                table.AddRow(who);
                continue;
            }

            table.AddRow(
            [
                .. who, Invariant($"{score.Exact}/{score.Answers}"), Verdict.Interval(score), Invariant($"{score.TokensKept:F0}"), Bytes(score.BytesHeld), Bytes(score.PeakBytes),
                Invariant($"{score.TimeToFirstTokenMs:F1} ms"), Invariant($"{score.PerTokenMs:F2} ms"),
            ]);
        }

        return table;
    }

    /// <summary>What pipelines with a residency fetched while decoding.</summary>
    public IRenderable Tiers()
    {
        PipelineRun[] fetching = [.. runs.Where(run => run.Score.HostBytes > 0)];
        if (fetching.Length == 0)
        {
            return Text.Empty;
        }

        Table table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("pipeline").Padding(0, 0).NoWrap());
        foreach (string title in (string[])["fetches", "tokens fetched", "bytes moved", "host bytes"])
        {
            table.AddColumn(new TableColumn(title).RightAligned().Padding(0, 0).NoWrap());
        }

        foreach (PipelineRun run in fetching)
        {
            NeedleScore score = run.Score;
            table.AddRow(run.Name, Invariant($"{score.Retrievals}"), Invariant($"{score.TokensMoved}"), Bytes(score.BytesMoved), Bytes(score.HostBytes));
        }

        return new Rows(table, Pages());
    }

    /// <summary>How the pages that were chosen change from step to step, of pipelines that choose pages.</summary>
    private IRenderable Pages()
    {
        PipelineRun[] choosing = [.. runs.Where(run => run.Score.Overlap is not null)];
        if (choosing.Length == 0)
        {
            return Text.Empty;
        }

        bool measured = choosing.Any(run => run.Score.Recall is not null);
        Table table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn("pipeline").Padding(0, 0).NoWrap());
        foreach (string title in (string[])["pages moved per token", "overlap", .. measured ? ["recall"] : (string[])[]])
        {
            table.AddColumn(new TableColumn(title).RightAligned().Padding(0, 0).NoWrap());
        }

        foreach (PipelineRun run in choosing)
        {
            NeedleScore score = run.Score;
            string[] row = [run.Name, Invariant($"{score.PagesMovedPerToken:F1}"), Share(score.Overlap)];
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
            Table(Visible()),
            new Text(_asked),
            new Markup($" {bar} {_done}/{total} answers, {Invariant($"{left:m\\:ss}")} left"));
    }

    /// <summary>As many rows as the terminal has lines for: the first one, and a window of the others around the latest answer.</summary>
    private IEnumerable<PipelineRun> Visible()
    {
        int room = Math.Max(2, height - OtherLines);
        if (runs.Count <= room)
        {
            return runs;
        }

        int latest = _latest is null ? 0 : Enumerable.Range(0, runs.Count).First(i => runs[i] == _latest);
        int start = Math.Clamp(latest - ((room - 1) / 2), 1, runs.Count - room + 1);
        return runs.Take(1).Concat(runs.Skip(start).Take(room - 1));
    }

    private static string Share(double? share) => share is { } known ? Invariant($"{100 * known:F1} %") : "";

    private static string Bytes(long count) => count switch
    {
        < 1 << 20 => Invariant($"{count / 1024.0:F0} KiB"),
        _ => Invariant($"{count / 1048576.0:F2} MiB"),
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
