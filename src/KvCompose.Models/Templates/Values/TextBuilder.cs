using System.Text;
using KvCompose.Models.Templates.Running;

namespace KvCompose.Models.Templates.Values;

/// <summary>Builds a <see cref="Text"/> from parts and keeps which of them come from the conversation.</summary>
/// <param name="run">Pays for the characters; null for parts of text that was paid for.</param>
internal sealed class TextBuilder(TemplateRun? run = null)
{
    private readonly StringBuilder _text = new();
    private List<int>? _bounds;

    public int Length => _text.Length;

    public TextBuilder Append(string text, bool content = false)
    {
        if (text.Length > 0)
        {
            run?.Pay(text.Length);
            Mark(content);
            _text.Append(text);
        }

        return this;
    }

    public TextBuilder Append(char unit, bool content = false)
    {
        run?.Pay(1);
        Mark(content);
        _text.Append(unit);
        return this;
    }

    public TextBuilder Append(char unit, int times, bool content = false)
    {
        if (times > 0)
        {
            run?.Pay(times);
            Mark(content);
            _text.Append(unit, times);
        }

        return this;
    }

    public TextBuilder Append(Text text) => Append(text, 0, text.Value.Length);

    /// <summary>Appends a part, in UTF-16 units.</summary>
    public TextBuilder Append(Text text, int start, int end)
    {
        if (start >= end)
        {
            return this;
        }

        run?.Pay(end - start);
        if (text.Bounds is null)
        {
            Mark(false);
            _text.Append(text.Value, start, end - start);
            return this;
        }

        bool content = false;
        int from = start;
        foreach (int bound in text.Bounds)
        {
            AppendRun(text.Value, from, Math.Min(bound, end), content);
            from = Math.Max(from, bound);
            content = !content;
        }

        AppendRun(text.Value, from, end, content);
        return this;
    }

    public Text ToText()
    {
        if (_text.Length == 0)
        {
            return Text.Empty;
        }

        int[]? bounds = _bounds is { Count: > 0 } ? [.. _bounds] : null;
        if (bounds is not null && (bounds.Length & 1) == 1)
        {
            bounds = [.. bounds, _text.Length];
        }

        return new Text(_text.ToString(), bounds);
    }

    private void AppendRun(string text, int start, int end, bool content)
    {
        if (start < end)
        {
            Mark(content);
            _text.Append(text, start, end - start);
        }
    }

    private void Mark(bool content)
    {
        bool inside = _bounds is not null && (_bounds.Count & 1) == 1;
        if (content != inside)
        {
            (_bounds ??= []).Add(_text.Length);
        }
    }
}
