using System.Numerics;
using KvCompose.Models.Templates.Functions;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Running;

/// <summary>Attributes and items of values, as the sandbox of the reference gives them.</summary>
internal static class Attributes
{
    private static readonly HashSet<string> ChangesList =
        ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"];

    private static readonly HashSet<string> ChangesDict = ["clear", "pop", "popitem", "setdefault", "update"];

    /// <summary>owner.name: the attribute, else the key.</summary>
    public static object Get(TemplateRun run, object owner, string name)
    {
        if (owner is Undefined undefined)
        {
            throw undefined.Fault();
        }

        return Own(owner, name)
            ?? (owner is DictValue dict && dict.TryGet(name, out object value) ? value : Missing(owner, name));
    }

    /// <summary>owner[key]: the key, else the attribute.</summary>
    public static object Item(TemplateRun run, object owner, object key)
    {
        if (owner is Undefined undefined)
        {
            throw undefined.Fault();
        }

        if (Indexed(run, owner, key) is { } item)
        {
            return item;
        }

        return key is Text name
            ? Own(owner, name.Value) ?? Missing(owner, name.Value)
            : new Undefined($"{Kinds.Owner(owner)} has no element {Printing.Repr(run, key).Value}");
    }

    /// <summary>The attribute alone, or null.</summary>
    public static object? Own(object owner, string name)
    {
        if (name.StartsWith("__", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal))
        {
            return Undefined.Unsafe(name, owner);
        }

        return owner switch
        {
            Text text => StringMethods.Find(text, name),
            DictValue when ChangesDict.Contains(name) => Undefined.Unsafe(name, owner),
            DictValue dict => DictMethod(dict, name),
            ListValue when ChangesList.Contains(name) => Undefined.Unsafe(name, owner),
            ListValue list => SequenceMethod(list.Items, name) ?? (name == "copy" ? Method(name, () => new ListValue([.. list.Items])) : null),
            TupleValue tuple => Named(tuple, name) ?? SequenceMethod(tuple.Items, name),
            NamespaceValue space => space.Attributes.TryGet(name, out object value)
                ? (name.StartsWith('_') ? Undefined.Unsafe(name, owner) : value)
                : null,
            LoopValue loop => Loop(loop, name),
            MacroValue macro => Macro(macro, name),
            CyclerValue cycler => Cycler(cycler, name),
            bool or BigInteger or double => NumberMethods.Find(owner, name),
            _ => null,
        };
    }

    private static Undefined Missing(object owner, string name) => new($"'{Kinds.Owner(owner)}' has no attribute '{name}'");

    private static object? Indexed(TemplateRun run, object owner, object key)
    {
        if (owner is DictValue dict)
        {
            bool hashable = key is not (ListValue or DictValue or NamespaceValue);
            return hashable && dict.TryGet(key, out object value) ? value : null;
        }

        if (!Arithmetic.TryInteger(key, out BigInteger index))
        {
            return null;
        }

        int count = owner switch
        {
            Text text => text.Count,
            ListValue list => list.Items.Count,
            TupleValue tuple => tuple.Items.Length,
            RangeValue range => range.Count,
            _ => 0,
        };
        index = index.Sign < 0 ? index + count : index;
        if (index.Sign < 0 || index >= count)
        {
            return null;
        }

        int at = (int)index;
        return owner switch
        {
            Text text => text.Offset(at) is var offset ? text.Part(offset, offset + Text.UnitsAt(text.Value, offset)) : null,
            ListValue list => list.Items[at],
            TupleValue tuple => tuple.Items[at],
            RangeValue range => range[at],
            _ => null,
        };
    }

    private static FunctionValue Method(string name, Func<object> body) => new(name, (_, arguments) =>
    {
        arguments.BindPositional(name, 0, 0);
        return body();
    });

    private static object? DictMethod(DictValue dict, string name) => name switch
    {
        "items" or "keys" or "values" => Method(name, () => new DictView("dict_" + name, dict)),
        "copy" => Method(name, dict.Copy),
        "get" => new FunctionValue(name, (_, arguments) =>
        {
            object?[] bound = arguments.BindPositional("get", 1, 2);
            return dict.TryGet(bound[0]!, out object value) ? value : bound[1] ?? None.Value;
        }),
        _ => null,
    };

    private static object? SequenceMethod(IReadOnlyList<object> items, string name) => name switch
    {
        "count" => new FunctionValue(name, (run, arguments) =>
        {
            object wanted = arguments.BindPositional(name, 1, 1)[0]!;
            run.PaySteps(items.Count);
            return Boxed.Of(items.LongCount(item => Comparing.Equal(item, wanted)));
        }),
        "index" => new FunctionValue(name, (run, arguments) =>
        {
            object?[] bound = arguments.BindPositional(name, 1, 3);
            run.PaySteps(items.Count);
            (int start, int stop) = Slicing.Window(bound[1], bound[2], items.Count);
            for (int i = start; i < stop; i++)
            {
                if (Comparing.Equal(items[i], bound[0]!))
                {
                    return Boxed.Of(i);
                }
            }

            throw TemplateFault.Type("the value is not in the list");
        }),
        _ => null,
    };

    private static object? Named(TupleValue tuple, string name) =>
        tuple.Names is { } names && Array.IndexOf(names, name) is var index and >= 0 ? tuple.Items[index] : null;

    private static object? Loop(LoopValue loop, string name) => name switch
    {
        "index" => Boxed.Of(loop.Index + 1),
        "index0" => Boxed.Of(loop.Index),
        "revindex" => Boxed.Of(loop.Count - loop.Index),
        "revindex0" => Boxed.Of(loop.Count - loop.Index - 1),
        "first" => Boxed.Of(loop.Index == 0),
        "last" => Boxed.Of(loop.Index == loop.Count - 1),
        "length" => Boxed.Of(loop.Count),
        "depth" => Boxed.Of(loop.Depth + 1),
        "depth0" => Boxed.Of(loop.Depth),
        "previtem" => loop.Previous,
        "nextitem" => loop.Next,
        "cycle" => new FunctionValue(name, (_, arguments) => arguments.Positional.Length > 0
            ? arguments.Positional[loop.Index % arguments.Positional.Length]
            : throw TemplateFault.Type("no items for cycling given")),
        "changed" => new FunctionValue(name, (_, arguments) => Boxed.Of(loop.Changed(arguments.Positional))),
        _ => null,
    };

    private static object? Macro(MacroValue macro, string name) => name switch
    {
        "name" => Text.Of(macro.Node.Name),
        "arguments" => new TupleValue([.. macro.Node.Parameters.Select(item => Text.Of(item.Name))]),
        "catch_kwargs" => Boxed.Of(macro.Node.ReadsKeywords),
        "catch_varargs" => Boxed.Of(macro.Node.ReadsRest),
        "caller" => Boxed.Of(macro.Node.ReadsCaller),
        _ => null,
    };

    private static object? Cycler(CyclerValue cycler, string name) => name switch
    {
        "next" => Method(name, cycler.Next),
        "current" => cycler.Current,
        "reset" => Method(name, () =>
        {
            cycler.Reset();
            return None.Value;
        }),
        _ => null,
    };
}
