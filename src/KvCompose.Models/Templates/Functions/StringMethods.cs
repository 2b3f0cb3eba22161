using System.Text;
using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Functions;

/// <summary>The methods of strings.</summary>
internal static class StringMethods
{
    private delegate object Method(TemplateRun run, Text text, Arguments arguments);

    private static readonly Dictionary<string, Method> Methods = new(StringComparer.Ordinal)
    {
        ["strip"] = (_, text, arguments) => TextParts.Strip(text, Set("strip", arguments)),
        ["lstrip"] = (_, text, arguments) => TextParts.Strip(text, Set("lstrip", arguments), right: false),
        ["rstrip"] = (_, text, arguments) => TextParts.Strip(text, Set("rstrip", arguments), left: false),
        ["split"] = (run, text, arguments) => Split(run, text, arguments, "split", TextParts.Split),
        ["rsplit"] = (run, text, arguments) => Split(run, text, arguments, "rsplit", TextParts.SplitFromEnd),
        ["splitlines"] = (_, text, arguments) => new ListValue(
            [.. Space.Lines(text, arguments.Bind("splitlines", 0, "keepends")[0] is { } keep && Truth.Of(keep))]),
        ["startswith"] = (_, text, arguments) => Affix(text, arguments, "startswith", (part, affix) => part.StartsWith(affix)),
        ["endswith"] = (_, text, arguments) => Affix(text, arguments, "endswith", (part, affix) => part.EndsWith(affix)),
        ["upper"] = Plain("upper", Casing.Upper),
        ["lower"] = Plain("lower", Casing.Lower),
        ["casefold"] = Plain("casefold", (run, text) => TextParts.Replace(run, Casing.Lower(run, text), Text.Of("ß"), Text.Of("ss"), -1)),
        ["title"] = Plain("title", Casing.Title),
        ["capitalize"] = Plain("capitalize", Casing.Capitalize),
        ["swapcase"] = Plain("swapcase", Casing.Swap),
        ["replace"] = Replace,
        ["find"] = (_, text, arguments) => Boxed.Of(Place(text, arguments, "find", last: false)),
        ["rfind"] = (_, text, arguments) => Boxed.Of(Place(text, arguments, "rfind", last: true)),
        ["index"] = (_, text, arguments) => Found(Place(text, arguments, "index", last: false)),
        ["rindex"] = (_, text, arguments) => Found(Place(text, arguments, "rindex", last: true)),
        ["count"] = Count,
        ["join"] = (run, text, arguments) => TextParts.Join(
            run, text, run.Iterate(arguments.BindPositional("join", 1, 1)[0]!), item => Arguments.String(item, "sequence item")),
        ["format"] = BraceFormat.Format,
        ["format_map"] = (run, text, arguments) => arguments.BindPositional("format_map", 1, 1)[0] is DictValue dict
            ? BraceFormat.Format(run, text, new Arguments([], [.. dict.Pairs.Select(pair => (Printing.Of(run, pair.Key).Value, pair.Value))]))
            : throw TemplateFault.Type("format_map() needs a mapping"),
        ["partition"] = (_, text, arguments) => Partition(text, arguments, "partition", last: false),
        ["rpartition"] = (_, text, arguments) => Partition(text, arguments, "rpartition", last: true),
        ["removeprefix"] = (_, text, arguments) => Affix(arguments, "removeprefix") is var affix
            && text.Value.StartsWith(affix, StringComparison.Ordinal) ? text.From(affix.Length) : text,
        ["removesuffix"] = (_, text, arguments) => Affix(arguments, "removesuffix") is var affix
            && text.Value.EndsWith(affix, StringComparison.Ordinal) ? text.Part(0, text.Value.Length - affix.Length) : text,
        ["zfill"] = (run, text, arguments) => ZeroFill(run, text, Arguments.Integer(arguments.BindPositional("zfill", 1, 1)[0]!, "zfill")),
        ["ljust"] = (run, text, arguments) => Pad(run, text, arguments, "ljust", 0),
        ["rjust"] = (run, text, arguments) => Pad(run, text, arguments, "rjust", 2),
        ["center"] = (run, text, arguments) => Pad(run, text, arguments, "center", 1),
        ["expandtabs"] = ExpandTabs,
        ["encode"] = Encode,
        ["isalpha"] = All("isalpha", Characters.IsLetter),
        ["isdigit"] = All("isdigit", Characters.IsDigit),
        ["isdecimal"] = All("isdecimal", Characters.IsDecimal),
        ["isnumeric"] = All("isnumeric", Characters.IsNumeric),
        ["isalnum"] = All("isalnum", point => Characters.IsLetter(point) || Characters.IsNumeric(point)),
        ["isspace"] = All("isspace", point => point <= char.MaxValue && Space.Is((char)point)),
        ["isupper"] = Plain("isupper", (_, text) => Boxed.Of(Characters.IsUpper(text.Value))),
        ["islower"] = Plain("islower", (_, text) => Boxed.Of(Characters.IsLower(text.Value))),
        ["istitle"] = Plain("istitle", (_, text) => Boxed.Of(Characters.IsTitle(text.Value))),
        ["isascii"] = Plain("isascii", (_, text) => Boxed.Of(Ascii.IsValid(text.Value))),
        ["isprintable"] = Plain("isprintable", (_, text) => Boxed.Of(Characters.Points(text.Value).All(Printing.IsPrintable))),
        ["isidentifier"] = Plain("isidentifier", (_, text) => Boxed.Of(Characters.IsIdentifier(text.Value))),
    };

    /// <summary>A method bound to a text, or null.</summary>
    public static FunctionValue? Find(Text text, string name) => Methods.TryGetValue(name, out Method? method)
        ? new FunctionValue(name, (run, arguments) => method(run, text, arguments))
        : null;

    private static Method Plain(string name, Func<TemplateRun, Text, object> body) => (run, text, arguments) =>
    {
        arguments.BindPositional(name, 0, 0);
        return body(run, text);
    };

    private static Method All(string name, Func<int, bool> holds) =>
        Plain(name, (_, text) => Boxed.Of(text.Value.Length > 0 && Characters.Points(text.Value).All(holds)));

    private static Text? Set(string name, Arguments arguments) => arguments.BindPositional(name, 0, 1)[0] switch
    {
        null or None => null,
        var set => Arguments.String(set, $"{name} arg"),
    };

    private static ListValue Split(
        TemplateRun run, Text text, Arguments arguments, string name, Func<TemplateRun, Text, Text?, int, List<object>> split)
    {
        object?[] bound = arguments.Bind(name, 0, "sep", "maxsplit");
        Text? separator = bound[0] is null or None ? null : Arguments.String(bound[0]!, "separator");
        if (separator is { Value.Length: 0 })
        {
            throw TemplateFault.Type("empty separator");
        }

        run.Pay(text.Value.Length);
        return new ListValue(split(run, text, separator, bound[1] is { } most ? Arguments.Integer(most, name) : -1));
    }

    private static object Affix(Text text, Arguments arguments, string name, Func<ReadOnlySpan<char>, string, bool> holds)
    {
        object?[] bound = arguments.BindPositional(name, 1, 3);
        object[] affixes = bound[0] is TupleValue several ? several.Items : [bound[0]!];
        (int start, int stop) = Slicing.Window(bound[1], bound[2], text.Count);
        foreach (object affix in affixes)
        {
            string wanted = Arguments.String(affix, $"{name} first arg").Value;
            if (stop >= start && holds(text.Value.AsSpan(text.Offset(start)..text.Offset(stop)), wanted))
            {
                return Boxed.True;
            }
        }

        return Boxed.False;
    }

    private static string Affix(Arguments arguments, string name) => Arguments.String(arguments.BindPositional(name, 1, 1)[0]!, name).Value;

    private static object Replace(TemplateRun run, Text text, Arguments arguments)
    {
        object?[] bound = arguments.Bind("replace", 2, "/old", "/new", "count");
        int most = bound[2] is { } count ? Arguments.Integer(count, "replace") : -1;
        return TextParts.Replace(run, text, Arguments.String(bound[0]!, "replace() argument 1"), Arguments.String(bound[1]!, "replace() argument 2"), most);
    }

    private static int Place(Text text, Arguments arguments, string name, bool last)
    {
        object?[] bound = arguments.BindPositional(name, 1, 3);
        string part = Arguments.String(bound[0]!, name).Value;
        (int start, int stop) = Slicing.Window(bound[1], bound[2], text.Count);
        if (stop < start)
        {
            return -1;
        }

        int offset = text.Offset(start);
        ReadOnlySpan<char> window = text.Value.AsSpan(offset..text.Offset(stop));
        int place = last ? window.LastIndexOf(part) : window.IndexOf(part);
        return place < 0 ? -1 : Text.CountIn(text.Value.AsSpan(0, offset + place));
    }

    private static object Found(int place) => place >= 0 ? Boxed.Of(place) : throw TemplateFault.Type("substring not found");

    private static object Count(TemplateRun run, Text text, Arguments arguments)
    {
        object?[] bound = arguments.BindPositional("count", 1, 3);
        string part = Arguments.String(bound[0]!, "count").Value;
        (int start, int stop) = Slicing.Window(bound[1], bound[2], text.Count);
        if (stop < start)
        {
            return Boxed.Of(0);
        }

        if (part.Length == 0)
        {
            return Boxed.Of(stop - start + 1);
        }

        run.Pay(text.Value.Length);
        return Boxed.Of(text.Value.AsSpan(text.Offset(start)..text.Offset(stop)).Count(part));
    }

    private static TupleValue Partition(Text text, Arguments arguments, string name, bool last)
    {
        Text separator = Arguments.String(arguments.BindPositional(name, 1, 1)[0]!, name);
        if (separator.Value.Length == 0)
        {
            throw TemplateFault.Type("empty separator");
        }

        int place = last
            ? text.Value.AsSpan().LastIndexOf(separator.Value)
            : TextParts.Find(text.Value, separator.Value, 0);
        if (place < 0)
        {
            return last ? new TupleValue([Text.Empty, Text.Empty, text]) : new TupleValue([text, Text.Empty, Text.Empty]);
        }

        return new TupleValue([text.Part(0, place), separator, text.From(place + separator.Value.Length)]);
    }

    private static Text ZeroFill(TemplateRun run, Text text, int width)
    {
        bool signed = text.Value.StartsWith('+') || text.Value.StartsWith('-');
        Text rest = signed ? text.From(1) : text;
        Text filled = TextParts.Pad(run, rest, width - text.Count, 0, "0");
        return signed ? new TextBuilder(run).Append(text, 0, 1).Append(filled).ToText() : filled;
    }

    /// <param name="run">The rendering.</param>
    /// <param name="text">What is padded.</param>
    /// <param name="arguments">Width and fill character.</param>
    /// <param name="name">Name of the method.</param>
    /// <param name="side">0 fills the right side, 1 both, 2 the left side.</param>
    private static Text Pad(TemplateRun run, Text text, Arguments arguments, string name, int side)
    {
        object?[] bound = arguments.BindPositional(name, 1, 2);
        Text fill = bound[1] is { } given ? Arguments.String(given, name) : Text.Of(" ");
        if (fill.Count != 1)
        {
            throw TemplateFault.Type("The fill character must be exactly one character long");
        }

        int width = Arguments.Integer(bound[0]!, name), missing = Math.Max(width - text.Count, 0);
        int left = side switch { 0 => 0, 2 => missing, _ => missing / 2 + (missing & width & 1) };
        return TextParts.Pad(run, text, left, missing - left, fill.Value);
    }

    private static object ExpandTabs(TemplateRun run, Text text, Arguments arguments)
    {
        int size = arguments.Bind("expandtabs", 0, "tabsize")[0] is { } given ? Arguments.Integer(given, "expandtabs") : 8;
        var builder = new TextBuilder(run);
        int column = 0;
        foreach (Text character in text.Characters())
        {
            if (character.Value == "\t")
            {
                int spaces = size > 0 ? size - column % size : 0;
                builder.Append(' ', spaces);
                column += spaces;
                continue;
            }

            column = character.Value is "\n" or "\r" ? 0 : column + 1;
            builder.Append(character);
        }

        return builder.ToText();
    }

    private static object Encode(TemplateRun run, Text text, Arguments arguments)
    {
        object?[] bound = arguments.Bind("encode", 0, "encoding", "errors");
        string encoding = bound[0] is { } given ? Arguments.String(given, "encode").Value : "utf-8";
        if (encoding.ToLowerInvariant().Replace('_', '-') is not ("utf-8" or "utf8") || bound[1] is not null)
        {
            throw TemplateFault.Type($"encode: only utf-8 is known, not '{encoding}'");
        }

        run.Pay(text.Value.Length);
        return new BytesValue(Encoding.UTF8.GetBytes(text.Value));
    }
}
