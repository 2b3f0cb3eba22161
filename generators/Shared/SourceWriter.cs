using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace KvCompose.Shared;

/// <summary>
/// Writes C# text with four spaces a level and LF ends. Text of several lines, such as a raw string, is put at the
/// present level line by line; blank lines carry no spaces.
/// </summary>
internal sealed class SourceWriter
{
    private const int SpacesPerLevel = 4;

    private readonly StringBuilder _text = new();
    private int _level;

    public void WriteLine() => _text.Append('\n');

    public void WriteLine(string text)
    {
        var start = 0;
        while (start <= text.Length)
        {
            var end = text.IndexOf('\n', start);
            if (end < 0)
                end = text.Length;
            WriteOneLine(text, start, end);
            start = end + 1;
        }
    }

    public void WriteLine(SourceInterpolation text) => WriteLine(text.ToString());

    /// <summary>Writes the header and an opening brace; disposing writes the closing one with what follows it.</summary>
    public Block WriteBlock(string header, string afterBrace = "")
    {
        WriteLine(header);
        WriteLine("{");
        _level++;
        return new Block(this, "}" + afterBrace);
    }

    public Block WriteBlock(SourceInterpolation header, string afterBrace = "") => WriteBlock(header.ToString(), afterBrace);

    /// <exception cref="InvalidOperationException">A block is still open.</exception>
    public override string ToString()
        => _level == 0
            ? _text.ToString()
            : throw new InvalidOperationException($"The source is not complete: {CSharpLiteral.Of(_level)} blocks are open.");

    /// <inheritdoc cref="ToString"/>
    public SourceText ToSourceText() => SourceText.From(ToString(), Encoding.UTF8);

    private void WriteOneLine(string text, int start, int end)
    {
        while (end > start && text[end - 1] is '\r' or ' ')
            end--;
        if (end > start)
            _text.Append(' ', _level * SpacesPerLevel).Append(text, start, end - start);
        _text.Append('\n');
    }

    /// <summary>An open brace; <see cref="Dispose"/> closes it, once.</summary>
    internal sealed class Block(SourceWriter writer, string end) : IDisposable
    {
        private SourceWriter? _writer = writer;

        public void Dispose()
        {
            if (_writer is not { } writer)
                return;
            _writer = null;
            writer._level--;
            writer.WriteLine(end);
        }
    }
}
