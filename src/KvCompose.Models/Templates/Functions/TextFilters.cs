using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Functions;

/// <summary>Filters of single texts.</summary>
internal static partial class TextFilters
{
    public static IEnumerable<KeyValuePair<string, Filter>> All { get; } = new Dictionary<string, Filter>
    {
        ["tojson"] = JsonText.Write,
        ["string"] = Plain("string", (_, text) => text),
        ["safe"] = Plain("safe", (_, text) => text),
        ["upper"] = Plain("upper", Casing.Upper),
        ["lower"] = Plain("lower", Casing.Lower),
        ["capitalize"] = Plain("capitalize", Casing.Capitalize),
        ["title"] = Plain("title", Title),
        ["escape"] = Plain("escape", Escape),
        ["e"] = Plain("e", Escape),
        ["forceescape"] = Plain("forceescape", Escape),
        ["trim"] = (run, value, arguments) => TextParts.Strip(
            Printing.Of(run, value), arguments.Bind("trim", 0, "chars")[0] is { } set and not None ? Arguments.String(set, "chars") : null),
        ["replace"] = Replace,
        ["format"] = Format,
        ["striptags"] = Plain("striptags", StripTags),
        ["wordcount"] = Plain("wordcount", (_, text) => Boxed.Of(WordPattern().Count(text.Value))),
        ["urlencode"] = UrlEncode,
        ["pprint"] = PrettyPrint,
    };

    [GeneratedRegex(@"[\p{L}\p{N}_]+", RegexOptions.CultureInvariant)]
    private static partial Regex WordPattern();

    [GeneratedRegex("<!--.*?-->|<[^>]*>", RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex TagPattern();

    private static Filter Plain(string name, Func<TemplateRun, Text, object> body) => (run, value, arguments) =>
    {
        arguments.BindPositional(name, 0, 0);
        return body(run, Printing.Of(run, value));
    };

    private static object Replace(TemplateRun run, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("replace", 2, "old", "new", "count");
        int most = bound[2] is { } count and not None ? Arguments.Integer(count, "count") : -1;
        return TextParts.Replace(run, Printing.Of(run, value), Printing.Of(run, bound[0]!), Printing.Of(run, bound[1]!), most);
    }

    private static object Format(TemplateRun run, object value, Arguments arguments)
    {
        if (arguments is { Positional.Length: > 0, Keywords.Length: > 0 })
        {
            throw TemplateFault.Type("can't handle positional and keyword arguments at the same time");
        }

        if (arguments.Keywords.Length == 0)
        {
            return PrintfFormat.Format(run, Printing.Of(run, value), new TupleValue(arguments.Positional));
        }

        var named = new DictValue();
        foreach ((string name, object item) in arguments.Keywords)
        {
            named.Set(name, item);
        }

        return PrintfFormat.Format(run, Printing.Of(run, value), named);
    }

    /// <summary>Upper case after white space and - ( { [ &lt;, lower case elsewhere.</summary>
    private static Text Title(TemplateRun run, Text text)
    {
        var output = new TextBuilder(run);
        string value = text.Value;
        for (int i = 0; i < value.Length;)
        {
            if (BeginsWord(value[i]))
            {
                output.Append(text, i, i + 1);
                i++;
                continue;
            }

            int end = i;
            while (end < value.Length && !BeginsWord(value[end]))
            {
                end++;
            }

            int first = i + Text.UnitsAt(value, i);
            output.Append(Casing.Upper(run, text.Part(i, first))).Append(Casing.Lower(run, text.Part(first, end)));
            i = end;
        }

        return output.ToText();
    }

    private static bool BeginsWord(char c) => Space.Is(c) || c is '-' or '(' or '{' or '[' or '<';

    private static Text Escape(TemplateRun run, Text text)
    {
        var output = new TextBuilder(run);
        for (int i = 0; i < text.Value.Length; i++)
        {
            string? escaped = text.Value[i] switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&#34;",
                '\'' => "&#39;",
                _ => null,
            };
            if (escaped is null)
            {
                output.Append(text, i, i + 1);
            }
            else
            {
                output.Append(escaped, text.IsContent(i));
            }
        }

        return output.ToText();
    }

    private static Text StripTags(TemplateRun run, Text text)
    {
        string plain = TagPattern().Replace(text.Value, "");
        var words = new StringBuilder();
        foreach (object word in TextParts.Split(run, Text.Of(plain), null, -1))
        {
            words.Append(words.Length > 0 ? " " : "").Append(((Text)word).Value);
        }

        string unescaped = WebUtility.HtmlDecode(words.ToString());
        run.Pay(unescaped.Length);
        return text.HasContent ? Text.Content(unescaped) : Text.Of(unescaped);
    }

    private static object UrlEncode(TemplateRun run, object value, Arguments arguments)
    {
        arguments.BindPositional("urlencode", 0, 0);
        if (value is Text or None || Kinds.IsNumber(value) || value is Undefined)
        {
            return Quote(run, Printing.Of(run, value), "/");
        }

        IEnumerable<object> items = value is DictValue dict ? new DictView("dict_items", dict).Items() : run.Iterate(value);
        return TextParts.Join(run, Text.Of("&"), items, item =>
        {
            object[] pair = [.. run.Iterate(item)];
            return pair.Length == 2
                ? new TextBuilder(run).Append(Quote(run, Printing.Of(run, pair[0]), "")).Append("=")
                    .Append(Quote(run, Printing.Of(run, pair[1]), "")).ToText()
                : throw TemplateFault.Type("urlencode needs pairs");
        });
    }

    private static Text Quote(TemplateRun run, Text text, string safe)
    {
        var output = new StringBuilder();
        foreach (byte b in Encoding.UTF8.GetBytes(text.Value))
        {
            char c = (char)b;
            output.Append(char.IsAsciiLetterOrDigit(c) || "_.-~".Contains(c) || safe.Contains(c)
                ? c.ToString()
                : safe.Length == 0 && c == ' ' ? "+" : "%" + b.ToString("X2", CultureInfo.InvariantCulture));
        }

        run.Pay(output.Length);
        return text.HasContent ? Text.Content(output.ToString()) : Text.Of(output.ToString());
    }

    /// <summary>pprint for what fits one line of 80 columns: repr with sorted keys.</summary>
    private static object PrettyPrint(TemplateRun run, object value, Arguments arguments)
    {
        const int columns = 80;
        arguments.BindPositional("pprint", 0, 0);
        Text text = Printing.Repr(run, Sorted(run, value, 0));
        return text.Count <= columns ? text : throw TemplateFault.Type($"pprint of more than {columns} columns is not supported");
    }

    private static object Sorted(TemplateRun run, object value, int depth)
    {
        if (depth > 100)
        {
            throw TemplateFault.Limit("values nested too deeply to print");
        }

        switch (value)
        {
            case ListValue list:
                return new ListValue([.. list.Items.Select(item => Sorted(run, item, depth + 1))]);
            case TupleValue tuple:
                return new TupleValue([.. tuple.Items.Select(item => Sorted(run, item, depth + 1))]);
            case DictValue dict:
                var sorted = new DictValue();
                foreach ((object key, object item) in Sorting.Sort(run, dict.Pairs, (a, b) => Comparing.Order(a.Key, b.Key) is < 0))
                {
                    sorted.Set(key, Sorted(run, item, depth + 1));
                }

                return sorted;
            default:
                return value;
        }
    }
}
