using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace KvCompose.Roslyn.Testing;

/// <summary>A source in which expected diagnostics are marked: <c>class {|KVC1001:Name|};</c>. Marks may nest.</summary>
/// <param name="Source">The text without marks.</param>
/// <param name="Marks">The expected diagnostics, in the order in which their marks open.</param>
public sealed record Markup(string Source, ImmutableArray<Mark> Marks)
{
    private const string Open = "{|";
    private const string Close = "|}";

    /// <summary>Reads marks out of a text.</summary>
    /// <exception cref="FormatException">A mark has no id, is not closed, or was never opened.</exception>
    public static Markup Parse(string text)
    {
        var source = new StringBuilder(text.Length);
        var marks = ImmutableArray.CreateBuilder<Mark>();
        var open = new Stack<int>();
        for (var i = 0; i < text.Length;)
        {
            if (IsAt(text, i, Open))
            {
                var id = ReadId(text, i + Open.Length);
                open.Push(marks.Count);
                marks.Add(new Mark(id, new TextSpan(source.Length, 0)));
                i += Open.Length + id.Length + 1;
            }
            else if (IsAt(text, i, Close))
            {
                if (!open.TryPop(out var index))
                    throw new FormatException($"The mark closed at {i} was never opened.");
                marks[index] = marks[index] with { Span = TextSpan.FromBounds(marks[index].Span.Start, source.Length) };
                i += Close.Length;
            }
            else
            {
                source.Append(text[i++]);
            }
        }
        return open.Count == 0
            ? new Markup(source.ToString(), marks.ToImmutable())
            : throw new FormatException($"The mark of {marks[open.Peek()].Id} is not closed.");
    }

    private static bool IsAt(string text, int at, string token) => text.AsSpan(at).StartsWith(token);

    private static string ReadId(string text, int start)
    {
        var end = start;
        while (end < text.Length && char.IsAsciiLetterOrDigit(text[end]))
            end++;
        return end > start && end < text.Length && text[end] == ':'
            ? text[start..end]
            : throw new FormatException($"The mark at {start - Open.Length} does not begin with an id and a colon.");
    }
}

/// <summary>One expected diagnostic.</summary>
/// <param name="Id">Its id, ours or the compiler's.</param>
/// <param name="Span">Where, in the text without marks.</param>
public readonly record struct Mark(string Id, TextSpan Span);
