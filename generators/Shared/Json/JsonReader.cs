using System.Globalization;
using System.Text;

namespace KvCompose.Shared.Json;

/// <summary>Reads JSON (RFC 8259), for a compiler that carries no library for it.</summary>
internal sealed class JsonReader
{
    /// <summary>Deeper nesting is refused, so that no text can exhaust the stack.</summary>
    private const int MaximumDepth = 64;

    private readonly string _text;
    private int _at;
    private int _line = 1;
    private int _lineStart;

    private JsonReader(string text) => _text = text;

    /// <exception cref="JsonFormatException">The text is not one JSON value.</exception>
    public static JsonNode Read(string text)
    {
        var reader = new JsonReader(text);
        JsonNode value = reader.Value(0);
        reader.SkipSpace();
        return reader._at == text.Length ? value : throw reader.Wrong("the end of the text is expected");
    }

    private JsonNode Value(int depth)
    {
        SkipSpace();
        if (depth > MaximumDepth)
        {
            throw Wrong("values are nested too deeply");
        }

        switch (Peek())
        {
            case '{':
                return Object(depth);
            case '[':
                return List(depth);
            case '"':
                JsonNode text = Node(JsonKind.Text);
                text.Text = String();
                return text;
            case 't':
                return Word("true", JsonKind.Flag);
            case 'f':
                return Word("false", JsonKind.Flag);
            case 'n':
                return Word("null", JsonKind.Null);
            default:
                return Number();
        }
    }

    private JsonNode Object(int depth)
    {
        JsonNode node = Node(JsonKind.Object);
        _at++;
        SkipSpace();
        if (Take('}'))
        {
            return node;
        }

        do
        {
            SkipSpace();
            if (Peek() != '"')
            {
                throw Wrong("a member's name is expected");
            }

            string name = String();
            SkipSpace();
            Require(':');
            node.Members.Add(new KeyValuePair<string, JsonNode>(name, Value(depth + 1)));
            SkipSpace();
        }
        while (Take(','));
        Require('}');
        return node;
    }

    private JsonNode List(int depth)
    {
        JsonNode node = Node(JsonKind.List);
        _at++;
        SkipSpace();
        if (Take(']'))
        {
            return node;
        }

        do
        {
            node.Items.Add(Value(depth + 1));
            SkipSpace();
        }
        while (Take(','));
        Require(']');
        return node;
    }

    private JsonNode Word(string word, JsonKind kind)
    {
        JsonNode node = Node(kind);
        if (string.CompareOrdinal(_text, _at, word, 0, word.Length) != 0)
        {
            throw Wrong("a value is expected");
        }

        _at += word.Length;
        node.Text = word;
        return node;
    }

    private JsonNode Number()
    {
        JsonNode node = Node(JsonKind.Number);
        int start = _at;
        Take('-');
        int digits = Digits();
        bool valid = digits > 0 && !(digits > 1 && _text[_at - digits] == '0');
        if (valid && Take('.'))
        {
            valid = Digits() > 0;
        }

        if (valid && (Take('e') || Take('E')))
        {
            _ = Take('+') || Take('-');
            valid = Digits() > 0;
        }

        if (!valid)
        {
            _at = start;
            throw Wrong("a value is expected");
        }

        node.Text = _text.Substring(start, _at - start);
        return node;
    }

    private int Digits()
    {
        int start = _at;
        while (Peek() is >= '0' and <= '9')
        {
            _at++;
        }

        return _at - start;
    }

    private string String()
    {
        var text = new StringBuilder();
        _at++;
        while (Peek() is var letter && letter != '"')
        {
            if (letter < ' ')
            {
                throw Wrong("a string ends before its line does");
            }

            _at++;
            text.Append(letter == '\\' ? Escaped() : letter);
        }

        _at++;
        return text.ToString();
    }

    private char Escaped()
    {
        char letter = Peek();
        _at++;
        switch (letter)
        {
            case '"' or '\\' or '/':
                return letter;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u' when _at + 4 <= _text.Length
                && ushort.TryParse(_text.Substring(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code):
                _at += 4;
                return (char)code;
            default:
                throw Wrong("an escape is not one of JSON");
        }
    }

    private void SkipSpace()
    {
        while (Peek() is ' ' or '\t' or '\r' or '\n')
        {
            if (_text[_at++] == '\n')
            {
                _line++;
                _lineStart = _at;
            }
        }
    }

    /// <summary>The next character, or NUL at the end, which no JSON holds unescaped.</summary>
    private char Peek() => _at < _text.Length ? _text[_at] : '\0';

    private bool Take(char expected)
    {
        bool there = Peek() == expected;
        _at += there ? 1 : 0;
        return there;
    }

    private void Require(char expected)
    {
        if (!Take(expected))
        {
            throw Wrong($"'{expected}' is expected");
        }
    }

    private JsonNode Node(JsonKind kind) => new(kind, _line, _at - _lineStart + 1);

    private JsonFormatException Wrong(string problem) => new(_line, _at - _lineStart + 1, problem);
}
