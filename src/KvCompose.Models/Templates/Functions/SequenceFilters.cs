using System.Numerics;
using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Functions;

/// <summary>Filters of sequences that give one value, or all items in another order.</summary>
internal static class SequenceFilters
{
    public static IEnumerable<KeyValuePair<string, Filter>> All { get; } = new Dictionary<string, Filter>
    {
        ["length"] = Length,
        ["count"] = Length,
        ["list"] = (run, value, arguments) => new ListValue([.. run.Iterate(Only(value, arguments, "list"))]),
        ["first"] = (run, value, arguments) => run.Iterate(Only(value, arguments, "first")).FirstOrDefault() ?? None("first"),
        ["last"] = Last,
        ["join"] = Join,
        ["sort"] = Sort,
        ["dictsort"] = DictSort,
        ["reverse"] = Reverse,
        ["sum"] = Sum,
        ["min"] = (run, value, arguments) => Extreme(run, value, arguments, "min"),
        ["max"] = (run, value, arguments) => Extreme(run, value, arguments, "max"),
        ["groupby"] = GroupBy,
    };

    private static object Only(object value, Arguments arguments, string name)
    {
        arguments.BindPositional(name, 0, 0);
        return value;
    }

    private static Undefined None(string name) => new($"No {name} item, sequence was empty.");

    private static object Length(TemplateRun run, object value, Arguments arguments) => Boxed.Of(Only(value, arguments, "length") switch
    {
        Text text => text.Count,
        ListValue list => list.Items.Count,
        TupleValue tuple => tuple.Items.Length,
        DictValue dict => dict.Count,
        DictView view => view.Dict.Count,
        RangeValue range => range.Count,
        BytesValue bytes => bytes.Bytes.Length,
        LoopValue loop => loop.Count,
        Undefined { Safe: true } => 0,
        Undefined undefined => throw undefined.Fault(),
        _ => throw TemplateFault.Type($"object of type '{Kinds.Name(value)}' has no len()"),
    });

    private static object Last(TemplateRun run, object value, Arguments arguments)
    {
        if (Only(value, arguments, "last") is GeneratorValue)
        {
            throw TemplateFault.Type("'generator' object is not reversible");
        }

        return value switch
        {
            Text { Value.Length: > 0 } text => text.From(text.Offset(text.Count - 1)),
            ListValue { Items.Count: > 0 } list => list.Items[^1],
            TupleValue { Items.Length: > 0 } tuple => tuple.Items[^1],
            _ => run.Iterate(value).LastOrDefault() ?? None("last"),
        };
    }

    private static object Join(TemplateRun run, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("join", 0, "d", "attribute");
        Func<object, object> key = ItemKeys.Of(run, bound[1]);
        Text separator = bound[0] is { } d ? Printing.Of(run, d) : Text.Empty;
        return TextParts.Join(run, separator, run.Iterate(value), item => Printing.Of(run, key(item)));
    }

    private static object Sort(TemplateRun run, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("sort", 0, "reverse", "case_sensitive", "attribute");
        bool reverse = bound[0] is { } r && Truth.Of(r), caseSensitive = bound[1] is { } c && Truth.Of(c);
        Func<object, object> key = ItemKeys.Several(run, bound[2], caseSensitive);
        (object Key, object Item)[] items = [.. run.Iterate(value).Select(item => (key(item), item))];
        return new ListValue([.. Sorted(run, items, reverse).Select(pair => pair.Item)]);
    }

    private static List<(object Key, object Item)> Sorted(TemplateRun run, IEnumerable<(object Key, object Item)> items, bool reverse) =>
        Sorting.Sort(run, items, (a, b) => reverse ? Comparing.Order(b.Key, a.Key) is < 0 : Comparing.Order(a.Key, b.Key) is < 0);

    private static object DictSort(TemplateRun run, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("dictsort", 0, "case_sensitive", "by", "reverse");
        bool caseSensitive = bound[0] is { } c && Truth.Of(c), reverse = bound[2] is { } r && Truth.Of(r);
        string by = bound[1] is { } given ? Printing.Of(run, given).Value : "key";
        if (by is not ("key" or "value"))
        {
            throw TemplateFault.Type("You can only sort by either 'key' or 'value'");
        }

        if (value is not DictValue dict)
        {
            throw value is Undefined undefined ? undefined.Fault() : TemplateFault.Type($"'{Kinds.Name(value)}' object has no attribute 'items'");
        }

        IEnumerable<(object, object)> items = dict.Pairs.Select(pair =>
        {
            object at = by == "key" ? pair.Key : pair.Value;
            return (caseSensitive ? at : ItemKeys.WithoutCase(run, at), (object)new TupleValue([pair.Key, pair.Value]));
        });
        return new ListValue([.. Sorted(run, items, reverse).Select(pair => pair.Item)]);
    }

    private static object Reverse(TemplateRun run, object value, Arguments arguments)
    {
        if (Only(value, arguments, "reverse") is Text text)
        {
            var output = new TextBuilder(run);
            foreach (Text character in text.Characters().Reverse())
            {
                output.Append(character);
            }

            return output.ToText();
        }

        List<object> items = [.. run.Iterate(value)];
        items.Reverse();
        return value is GeneratorValue ? new ListValue(items) : new GeneratorValue(items);
    }

    private static object Sum(TemplateRun run, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("sum", 0, "attribute", "start");
        Func<object, object> key = ItemKeys.Of(run, bound[0]);
        object sum = bound[1] ?? BigInteger.Zero;
        if (sum is Text)
        {
            throw TemplateFault.Type("sum() can't sum strings [use ''.join(seq) instead]");
        }

        foreach (object item in run.Iterate(value))
        {
            sum = Operators.Apply(run, "+", sum, key(item));
        }

        return sum;
    }

    private static object Extreme(TemplateRun run, object value, Arguments arguments, string name)
    {
        object?[] bound = arguments.Bind(name, 0, "case_sensitive", "attribute");
        bool caseSensitive = bound[0] is { } c && Truth.Of(c);
        Func<object, object> attribute = ItemKeys.Of(run, bound[1]);
        object? best = null, bestKey = null;
        foreach (object item in run.Iterate(value))
        {
            object key = caseSensitive ? attribute(item) : ItemKeys.WithoutCase(run, attribute(item));
            if (bestKey is null || (name == "min" ? Comparing.Order(key, bestKey) is < 0 : Comparing.Order(key, bestKey, ">") is > 0))
            {
                (best, bestKey) = (item, key);
            }
        }

        return best ?? new Undefined("No aggregated item, sequence was empty.");
    }

    private static object GroupBy(TemplateRun run, object value, Arguments arguments)
    {
        object?[] bound = arguments.Bind("groupby", 1, "attribute", "default", "case_sensitive");
        bool caseSensitive = bound[2] is { } c && Truth.Of(c);
        Func<object, object> attribute = ItemKeys.Of(run, bound[0], bound[1]);
        object Key(object item) => caseSensitive ? attribute(item) : ItemKeys.WithoutCase(run, attribute(item));
        var groups = new List<object>();
        object? current = null;
        var members = new List<object>();
        foreach ((object key, object item) in Sorted(run, run.Iterate(value).Select(item => (Key(item), item)), reverse: false))
        {
            if (current is null || !Comparing.Equal(current, key))
            {
                current = key;
                members = [];
                groups.Add(new TupleValue([attribute(item), new ListValue(members)]) { Names = ["grouper", "list"] });
            }

            members.Add(item);
        }

        return new ListValue(groups);
    }
}
