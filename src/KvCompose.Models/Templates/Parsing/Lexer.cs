using System.Globalization;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Parsing;

/// <summary>
/// Cuts a template into tokens, one at a time. White space around tags goes as with trim_blocks and lstrip_blocks of Jinja 3.1,
/// with which transformers renders chat templates.
/// </summary>
internal sealed class Lexer(TemplateSource source)
{
    private enum Area
    {
        Data,
        Print,
        Block,
    }

    private static readonly string[] Operators =
    [
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";",
    ];

    private readonly Stack<char> _open = new();
    private readonly string _text = source.Text;
    private readonly int _length = source.Length;
    private Area _area = Area.Data;
    private int _position;
    private bool _lineStarts = true;
    private Token? _waiting;

    /// <summary>The next token.</summary>
    /// <exception cref="ChatTemplateException">There is none that could stand here.</exception>
    public Token Next()
    {
        if (_waiting is { } waiting)
        {
            _waiting = null;
            return waiting;
        }

        return _area == Area.Data ? NextData() : NextInTag();
    }

    private Token NextData()
    {
        while (_position < _length)
        {
            int start = _position, tag = FindTag(start);
            if (tag < 0)
            {
                _position = _length;
                return new Token(TokenKind.Data, _text[start.._length], start);
            }

            int dataEnd = DataEnd(start, tag, strips: _text[tag + 1] != '{', out int after);
            char kind = _text[tag + 1];
            _position = after;
            _lineStarts = false;
            Token? opened = null;
            if (kind == '#')
            {
                SkipComment(tag);
            }
            else if (kind == '%' && RawEnd(tag) is var raw and >= 0)
            {
                _position = raw;
                _lineStarts = raw > 0 && _text[raw - 1] == '\n';
                opened = ReadRaw(tag);
            }
            else
            {
                _area = kind == '{' ? Area.Print : Area.Block;
                opened = new Token(kind == '{' ? TokenKind.PrintBegin : TokenKind.BlockBegin, "", tag);
            }

            if (dataEnd > start)
            {
                _waiting = opened;
                return new Token(TokenKind.Data, _text[start..dataEnd], start);
            }

            if (opened is { } token)
            {
                return token;
            }
        }

        return new Token(TokenKind.End, "", _length);
    }

    private int FindTag(int start)
    {
        for (int i = start; (i = _text.IndexOf('{', i)) >= 0 && i + 1 < _length; i++)
        {
            if (_text[i + 1] is '{' or '%' or '#')
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Where the text before a tag ends, once white space before the tag is taken away.</summary>
    private int DataEnd(int start, int tag, bool strips, out int after)
    {
        after = tag + 2;
        char sign = after < _length ? _text[after] : '\0';
        if (sign is '-' or '+')
        {
            after++;
        }

        int end = tag;
        if (sign == '-')
        {
            while (end > start && Space.Is(_text[end - 1]))
            {
                end--;
            }
        }
        else if (sign != '+' && strips)
        {
            int lineEnd = tag > start ? _text.LastIndexOf('\n', tag - 1, tag - start) : -1;
            int line = lineEnd < 0 ? start : lineEnd + 1;
            if ((lineEnd >= 0 || _lineStarts) && Space.IsAll(_text.AsSpan(line, tag - line)))
            {
                end = line;
            }
        }

        return end;
    }

    private void SkipComment(int tag)
    {
        int end = _text.IndexOf("#}", _position, _length - _position, StringComparison.Ordinal);
        if (end < 0)
        {
            if (_position < _length)
            {
                throw source.Error("Missing end of comment tag", tag);
            }

            return;
        }

        char sign = end > _position ? _text[end - 1] : '\0';
        CloseTag(end + 2, sign, trims: true);
    }

    /// <summary>Moves after a tag. A minus takes all white space after it, trim_blocks one line end unless a plus keeps it.</summary>
    private void CloseTag(int end, char sign, bool trims)
    {
        if (sign == '-')
        {
            while (end < _length && Space.Is(_text[end]))
            {
                end++;
            }
        }
        else if (trims && sign != '+' && end < _length && _text[end] == '\n')
        {
            end++;
        }

        _position = end;
        _lineStarts = _text[end - 1] == '\n';
    }

    /// <summary>The end of a {% raw %} tag, or -1 if the tag is another one.</summary>
    private int RawEnd(int tag)
    {
        int i = tag + 2;
        i = i < _length && _text[i] is '-' or '+' ? i + 1 : i;
        i = Skip(i);
        if (!Stands("raw", i))
        {
            return -1;
        }

        i = Skip(i + 3);
        if (Stands("-%}", i))
        {
            return Skip(i + 3);
        }

        return Stands("%}", i) ? i + 2 : -1;
    }

    private Token? ReadRaw(int tag)
    {
        int start = _position;
        for (int i = start; (i = _text.IndexOf("{%", i, _length - i, StringComparison.Ordinal)) >= 0; i++)
        {
            int at = i + 2;
            at = Skip(at < _length && _text[at] is '-' or '+' ? at + 1 : at);
            if (!Stands("endraw", at))
            {
                continue;
            }

            at = Skip(at + 6);
            char sign = at < _length && _text[at] is '-' or '+' ? _text[at++] : '\0';
            if (!Stands("%}", at))
            {
                continue;
            }

            int dataEnd = DataEnd(start, i, strips: true, out _);
            CloseTag(at + 2, sign, trims: true);
            return dataEnd > start ? new Token(TokenKind.Data, _text[start..dataEnd], start) : null;
        }

        if (start < _length)
        {
            throw source.Error("Missing end of raw directive", tag);
        }

        return null;
    }

    private int Skip(int i)
    {
        while (i < _length && Space.Is(_text[i]))
        {
            i++;
        }

        return i;
    }

    private bool Stands(string what, int at) => at + what.Length <= _length && string.CompareOrdinal(_text, at, what, 0, what.Length) == 0;

    private Token NextInTag()
    {
        while (true)
        {
            if (_position >= _length)
            {
                return new Token(TokenKind.End, "", _length);
            }

            if (_open.Count == 0 && TryCloseTag() is { } end)
            {
                return end;
            }

            int next = Skip(_position);
            if (next == _position)
            {
                return ReadToken(_position);
            }

            _position = next;
        }
    }

    private Token? TryCloseTag()
    {
        int start = _position;
        bool block = _area == Area.Block;
        string end = block ? "%}" : "}}";
        char sign = _text[start];
        if (sign == '-' ? Stands(end, start + 1) : block && sign == '+' && Stands(end, start + 1))
        {
            CloseTag(start + 3, sign, trims: block);
        }
        else if (Stands(end, start))
        {
            CloseTag(start + 2, '\0', trims: block);
        }
        else
        {
            return null;
        }

        _area = Area.Data;
        return new Token(block ? TokenKind.BlockEnd : TokenKind.PrintEnd, "", start);
    }

    private Token ReadToken(int start)
    {
        char c = _text[start];
        if (NumberLiteral.Read(_text, start, _length, out Token number))
        {
            _position = start + number.Offset;
            return number with { Offset = start };
        }

        int name = NameEnd(start);
        if (name > start)
        {
            _position = name;
            return new Token(TokenKind.Name, _text[start..name], start);
        }

        if (c is '\'' or '"' && StringEnd(start, c) is var close and > 0)
        {
            _position = close + 1;
            try
            {
                return new Token(TokenKind.String, StringLiteral.Unescape(_text[(start + 1)..close]), start);
            }
            catch (FormatException bad)
            {
                throw source.Error(bad.Message, start);
            }
        }

        foreach (string sign in Operators)
        {
            if (Stands(sign, start))
            {
                Balance(sign, start);
                _position = start + sign.Length;
                return new Token(TokenKind.Operator, sign, start);
            }
        }

        throw source.Error($"unexpected char {Quoted(start)}", start);
    }

    private string Quoted(int at) => $"'{_text.AsSpan(at, Text.UnitsAt(_text, at))}'";

    private void Balance(string sign, int at)
    {
        switch (sign[0])
        {
            case '(':
                _open.Push(')');
                break;
            case '[':
                _open.Push(']');
                break;
            case '{':
                _open.Push('}');
                break;
            case ')' or ']' or '}':
                if (_open.Count == 0)
                {
                    throw source.Error($"unexpected '{sign}'", at);
                }

                char expected = _open.Pop();
                if (expected != sign[0])
                {
                    throw source.Error($"unexpected '{sign}', expected '{expected}'", at);
                }

                break;
            default:
                break;
        }
    }

    private int NameEnd(int start)
    {
        int i = start;
        while (i < _length)
        {
            int units = Text.UnitsAt(_text, i);
            UnicodeCategory category = CharUnicodeInfo.GetUnicodeCategory(Text.CodePointAt(_text, i));
            bool letter = category is <= UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber || _text[i] == '_';
            bool inner = category is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation;
            if (!letter && (i == start || !inner))
            {
                break;
            }

            i += units;
        }

        return i;
    }

    private int StringEnd(int start, char quote)
    {
        for (int i = start + 1; i < _length; i++)
        {
            if (_text[i] == '\\')
            {
                i++;
            }
            else if (_text[i] == quote)
            {
                return i;
            }
        }

        return -1;
    }
}
