using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Functions;

/// <summary>Filters that lay text out: indent, center, truncate, wordwrap.</summary>
internal static class LayoutFilters
{
    public static IEnumerable<KeyValuePair<string, Filter>> All { get; } = new Dictionary<string, Filter>
    {
        ["indent"] = Indent,
        ["center"] = (run, value, arguments) => Center(run, Printing.Of(run, value), arguments),
        ["truncate"] = Truncate,
        ["wordwrap"] = WordWrap,
    };

    private static object Indent(TemplateRun run, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("indent", 0, "width", "first", "blank");
        Text unit = bound[0] switch
        {
            null => Text.Of("    "),
            Text given => given,
            var width => TextParts.Pad(run, Text.Empty, Arguments.Integer(width, "width"), 0, " "),
        };
        bool first = bound[1] is { } f && Truth.Of(f), blank = bound[2] is { } b && Truth.Of(b);
        if (value is Undefined undefined)
        {
            throw undefined.Fault();
        }

        Text text = new TextBuilder(run).Append(Arguments.String(value, "indent() value")).Append("\n").ToText();
        var output = new TextBuilder(run);
        bool opening = true;
        foreach (Text line in Space.Lines(text))
        {
            if (!opening)
            {
                output.Append("\n");
            }

            if (opening ? first : blank || line.Value.Length > 0)
            {
                output.Append(unit);
            }

            output.Append(line);
            opening = false;
        }

        return output.ToText();
    }

    private static Text Center(TemplateRun run, Text text, Arguments arguments)
    {
        int width = arguments.Bind("center", 0, "width")[0] is { } given ? Arguments.Integer(given, "width") : 80;
        int missing = Math.Max(width - text.Count, 0), left = missing / 2 + (missing & width & 1);
        return TextParts.Pad(run, text, left, missing - left, " ");
    }

    private static object Truncate(TemplateRun run, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("truncate", 0, "length", "killwords", "end", "leeway");
        int length = bound[0] is { } l ? Arguments.Integer(l, "length") : 255;
        bool kill = bound[1] is { } k && Truth.Of(k);
        Text end = bound[2] is { } e ? Arguments.String(e, "end") : Text.Of("...");
        int leeway = bound[3] is { } given and not None ? Arguments.Integer(given, "leeway") : 5;
        if (length < end.Count || leeway < 0)
        {
            throw TemplateFault.Type($"truncate: expected length >= {end.Count} and leeway >= 0, got {length} and {leeway}");
        }

        if (value is not Text && Arguments.Integer(Filters.Apply(run, "length", value, Arguments.None), "length") <= (long)length + leeway)
        {
            return value;
        }

        Text text = Arguments.String(value, "truncate() value");
        if (text.Count <= (long)length + leeway)
        {
            return text;
        }

        Text kept = text.Part(0, text.Offset(length - end.Count));
        if (!kill)
        {
            int space = kept.Value.LastIndexOf(' ');
            kept = space < 0 ? kept : kept.Part(0, space);
        }

        return new TextBuilder(run).Append(kept).Append(end).ToText();
    }

    private static object WordWrap(TemplateRun run, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("wordwrap", 0, "width", "break_long_words", "wrapstring", "break_on_hyphens");
        int width = bound[0] is { } w ? Arguments.Integer(w, "width") : 79;
        bool breaks = bound[1] is not { } b || Truth.Of(b), hyphens = bound[3] is not { } h || Truth.Of(h);
        Text separator = bound[2] is { } s and not None ? Arguments.String(s, "wrapstring") : Text.Of("\n");
        if (width <= 0)
        {
            throw TemplateFault.Type($"invalid width {width} (must be > 0)");
        }

        var lines = new List<object>();
        foreach (Text line in Space.Lines(Arguments.String(value, "wordwrap() value")))
        {
            lines.Add(TextParts.Join(run, separator, WordWrapping.Wrap(run, line, width, breaks, hyphens), wrapped => (Text)wrapped));
        }

        return TextParts.Join(run, separator, lines, line => (Text)line);
    }
}
