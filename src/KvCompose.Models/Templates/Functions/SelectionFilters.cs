using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Functions;

/// <summary>Filters whose result is iterated once: map, select, reject, unique, batch, slice, items, and attr.</summary>
internal static class SelectionFilters
{
    public static IEnumerable<KeyValuePair<string, Filter>> All { get; } = new Dictionary<string, Filter>
    {
        ["map"] = (run, value, arguments) => new GeneratorValue(Map(run, value, arguments)),
        ["select"] = (run, value, arguments) => new GeneratorValue(Select(run, value, arguments, wanted: true, byAttribute: false)),
        ["reject"] = (run, value, arguments) => new GeneratorValue(Select(run, value, arguments, wanted: false, byAttribute: false)),
        ["selectattr"] = (run, value, arguments) => new GeneratorValue(Select(run, value, arguments, wanted: true, byAttribute: true)),
        ["rejectattr"] = (run, value, arguments) => new GeneratorValue(Select(run, value, arguments, wanted: false, byAttribute: true)),
        ["unique"] = (run, value, arguments) => new GeneratorValue(Unique(run, value, arguments.Bind("unique", 0, "case_sensitive", "attribute"))),
        ["batch"] = (run, value, arguments) => new GeneratorValue(Batch(run, value, arguments.Bind("batch", 1, "linecount", "fill_with"))),
        ["slice"] = (run, value, arguments) => new GeneratorValue(Slice(run, value, arguments.Bind("slice", 1, "slices", "fill_with"))),
        ["items"] = (_, value, arguments) =>
        {
            arguments.BindPositional("items", 0, 0);
            return new GeneratorValue(Items(value));
        },
        ["attr"] = (run, value, arguments) =>
        {
            string name = Printing.Of(run, arguments.Bind("attr", 1, "name")[0]!).Value;
            return value is Undefined undefined
                ? throw undefined.Fault()
                : Attributes.Own(value, name) ?? new Undefined($"'{Kinds.Owner(value)}' has no attribute '{name}'");
        },
    };

    private static IEnumerable<object> Map(TemplateRun run, object value, Arguments arguments)
    {
        if (!Truth.Of(value))
        {
            yield break;
        }

        Func<object, object> body;
        if (arguments.Positional.Length == 0 && arguments.Keywords.Any(item => item.Name == "attribute"))
        {
            object?[] bound = arguments.Bind("map", 0, "attribute", "default");
            body = ItemKeys.Of(run, bound[0], bound[1]);
        }
        else
        {
            if (arguments.Positional.Length == 0)
            {
                throw TemplateFault.Type("map requires a filter argument");
            }

            string name = Printing.Of(run, arguments.Positional[0]).Value;
            var rest = new Arguments(arguments.Positional[1..], arguments.Keywords);
            body = item => Filters.Apply(run, name, item, rest);
        }

        foreach (object item in run.Iterate(value))
        {
            yield return body(item);
        }
    }

    private static IEnumerable<object> Select(TemplateRun run, object value, Arguments arguments, bool wanted, bool byAttribute)
    {
        if (!Truth.Of(value))
        {
            yield break;
        }

        int first = byAttribute ? 1 : 0;
        if (arguments.Positional.Length < first)
        {
            throw TemplateFault.Type("Missing parameter for attribute name");
        }

        Func<object, object> key = ItemKeys.Of(run, byAttribute ? arguments.Positional[0] : null);
        Func<object, bool> test = Truth.Of;
        if (arguments.Positional.Length > first)
        {
            string name = Printing.Of(run, arguments.Positional[first]).Value;
            var rest = new Arguments(arguments.Positional[(first + 1)..], arguments.Keywords);
            test = item => Tests.Holds(run, name, item, rest);
        }

        foreach (object item in run.Iterate(value))
        {
            if (test(key(item)) == wanted)
            {
                yield return item;
            }
        }
    }

    private static IEnumerable<object> Unique(TemplateRun run, object value, object?[] bound)
    {
        bool caseSensitive = bound[0] is { } c && Truth.Of(c);
        Func<object, object> key = ItemKeys.Of(run, bound[1]);
        var seen = new DictValue();
        foreach (object item in run.Iterate(value))
        {
            object at = caseSensitive ? key(item) : ItemKeys.WithoutCase(run, key(item));
            if (!seen.TryGet(at, out _))
            {
                seen.Set(at, item);
                yield return item;
            }
        }
    }

    private static IEnumerable<object> Batch(TemplateRun run, object value, object?[] bound)
    {
        int size = Arguments.Integer(bound[0]!, "linecount");
        var batch = new List<object>();
        foreach (object item in run.Iterate(value))
        {
            if (batch.Count == size)
            {
                yield return new ListValue(batch);
                batch = [];
            }

            batch.Add(item);
        }

        if (batch.Count > 0)
        {
            while (bound[1] is { } fill and not None && batch.Count < size)
            {
                run.Step();
                batch.Add(fill);
            }

            yield return new ListValue(batch);
        }
    }

    private static IEnumerable<object> Slice(TemplateRun run, object value, object?[] bound)
    {
        int slices = Arguments.Integer(bound[0]!, "slices");
        List<object> items = [.. run.Iterate(value)];
        if (slices == 0)
        {
            throw TemplateFault.Type("integer division or modulo by zero");
        }

        for (int i = 0, start = 0; i < slices; i++)
        {
            run.Step();
            bool longer = i < items.Count % slices;
            int count = items.Count / slices + (longer ? 1 : 0);
            List<object> slice = items.GetRange(start, count);
            start += count;
            if (!longer && bound[1] is { } fill and not None)
            {
                slice.Add(fill);
            }

            yield return new ListValue(slice);
        }
    }

    private static IEnumerable<object> Items(object value)
    {
        if (value is not (DictValue or Undefined { Safe: true }))
        {
            throw TemplateFault.Type("Can only get item pairs from a mapping.");
        }

        foreach (object pair in value is DictValue dict ? new DictView("dict_items", dict).Items() : [])
        {
            yield return pair;
        }
    }
}
