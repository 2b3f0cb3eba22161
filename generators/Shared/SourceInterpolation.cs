using System.Runtime.CompilerServices;
using System.Text;

namespace KvCompose.Shared;

/// <summary>
/// What an interpolated string given to a <see cref="SourceWriter"/> is built into. Numbers become C# literals
/// (<c>0.5f</c>, <c>-3</c>) under every culture. Text of several lines put into a hole that stands alone on its line
/// keeps the indentation of the hole. Only types with a meaning in source text are accepted.
/// </summary>
[InterpolatedStringHandler]
internal readonly struct SourceInterpolation(int literalLength, int formattedCount)
{
    private const int GuessedHoleLength = 16;

    private readonly StringBuilder _text = new(literalLength + formattedCount * GuessedHoleLength);

    public void AppendLiteral(string text) => _text.Append(text);

    public void AppendFormatted(string? text)
    {
        if (text is null)
            return;
        var indentation = text.Contains('\n') ? IndentationOfThisLine() : "";
        _text.Append(indentation.Length == 0 ? text : text.Replace("\n", "\n" + indentation));
    }

    public void AppendFormatted(TypeRef type) => _text.Append(type.FullyQualifiedName);

    public void AppendFormatted(int value) => _text.Append(CSharpLiteral.Of(value));

    public void AppendFormatted(long value) => _text.Append(CSharpLiteral.Of(value));

    public void AppendFormatted(float value) => _text.Append(CSharpLiteral.Of(value));

    public void AppendFormatted(double value) => _text.Append(CSharpLiteral.Of(value));

    public void AppendFormatted(bool value) => _text.Append(CSharpLiteral.Of(value));

    public override string ToString() => _text.ToString();

    private string IndentationOfThisLine()
    {
        var start = _text.Length;
        while (start > 0 && _text[start - 1] != '\n')
            start--;
        for (var i = start; i < _text.Length; i++)
            if (_text[i] != ' ')
                return "";
        return new string(' ', _text.Length - start);
    }
}
