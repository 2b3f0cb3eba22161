using System.Diagnostics;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace KvCompose.Samples.Chat;

/// <summary>
/// Shows an answer as it comes, with a line below it that says how fast it comes and what the cache holds. Full rows are final; the last row and the line
/// are drawn again. Without a terminal the text is written as it is.
/// </summary>
internal sealed class LiveAnswer
{
    private const int MillisecondsBetweenDraws = 60;

    private readonly TextWriter _out;
    private readonly Func<string> _status;
    private readonly bool _live;
    private readonly int _width;
    private readonly StringBuilder _row = new();
    private readonly Stopwatch _sinceDraw = Stopwatch.StartNew();
    private int _rowWidth;

    /// <param name="console">Where.</param>
    /// <param name="status">The line below the answer.</param>
    public LiveAnswer(IAnsiConsole console, Func<string> status)
    {
        _out = console.Profile.Out.Writer;
        _status = status;
        _live = console.Profile.Capabilities.Ansi && console.Profile.Out.IsTerminal;
        _width = Math.Max(20, console.Profile.Width - 1);
    }

    public void Add(string text)
    {
        if (!_live)
        {
            _out.Write(text);
            _out.Flush();
            return;
        }

        foreach (Rune rune in text.EnumerateRunes())
        {
            Add(rune);
        }

        if (_sinceDraw.ElapsedMilliseconds >= MillisecondsBetweenDraws)
        {
            Draw();
            _sinceDraw.Restart();
        }
    }

    /// <summary>Ends the answer. The line is gone then.</summary>
    public void End()
    {
        if (_live)
        {
            _out.Write("\r\e[0J");
            _out.Write(_row);
        }

        _out.WriteLine();
        _out.Flush();
    }

    private void Add(Rune rune)
    {
        if (rune.Value == '\n')
        {
            Finish(_row.Length);
            return;
        }

        if (Rune.IsControl(rune))
        {
            rune = new Rune(' '); // A model could write escape sequences.
        }

        string text = rune.ToString();
        int width = Math.Max(0, new Segment(text).CellCount());
        if (_rowWidth + width > _width)
        {
            int space = _row.ToString().LastIndexOf(' ');
            Finish(space > _row.Length / 2 ? space : _row.Length);
        }

        _row.Append(text);
        _rowWidth += width;
    }

    /// <summary>Writes the beginning of the row for good.</summary>
    private void Finish(int length)
    {
        string rest = _row.ToString(length, _row.Length - length).TrimStart(' ');
        _out.Write("\r\e[0J");
        _out.WriteLine(_row.ToString(0, length));
        _row.Clear().Append(rest);
        _rowWidth = rest.Length == 0 ? 0 : new Segment(rest).CellCount();
    }

    private void Draw()
    {
        string status = _status();
        _out.Write("\r\e[0J");
        _out.Write(_row);
        _out.Write($"\n\e[2m{(status.Length <= _width ? status : status[.._width])}\e[0m\e[1A\r");
        if (_rowWidth > 0)
        {
            _out.Write($"\e[{_rowWidth}C");
        }

        _out.Flush();
    }
}
