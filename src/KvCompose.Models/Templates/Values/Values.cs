using System.Numerics;
using KvCompose.Models.Templates.Running;

namespace KvCompose.Models.Templates.Values;

// The values of a running template are objects: None, bool, BigInteger, double, Text and the classes of this folder.

/// <summary>Python's None.</summary>
internal sealed class None
{
    private None()
    {
    }

    public static None Value { get; } = new();
}

/// <summary>Boxed truth values and numbers.</summary>
internal static class Boxed
{
    public static object True { get; } = true;

    public static object False { get; } = false;

    public static object Of(bool value) => value ? True : False;

    public static object Of(long value) => new BigInteger(value);
}

/// <summary>Bytes, which only <c>encode</c> makes.</summary>
internal sealed record BytesValue(byte[] Bytes);

/// <summary>A list. Templates cannot change one.</summary>
internal sealed class ListValue(List<object> items)
{
    public List<object> Items { get; } = items;
}

/// <summary>A tuple.</summary>
internal sealed class TupleValue(object[] items)
{
    public object[] Items { get; } = items;

    /// <summary>Names of the items, for the groups of groupby.</summary>
    public string[]? Names { get; init; }
}

/// <summary>range(start, stop, step).</summary>
internal sealed class RangeValue(BigInteger start, BigInteger stop, BigInteger step)
{
    public BigInteger Start { get; } = start;

    public BigInteger Stop { get; } = stop;

    public BigInteger Step { get; } = step;

    public int Count { get; } = (int)Length(start, stop, step);

    public object this[int index] => Start + Step * index;

    public static BigInteger Length(BigInteger start, BigInteger stop, BigInteger step) => step.Sign > 0
        ? (start < stop ? (stop - start - 1) / step + 1 : 0)
        : (start > stop ? (start - stop - 1) / -step + 1 : 0);
}

/// <summary>What is iterated once: the result of map, select, items, reverse, …</summary>
internal sealed class GeneratorValue(IEnumerable<object> items)
{
    private readonly IEnumerator<object> _items = items.GetEnumerator();

    public IEnumerable<object> Rest()
    {
        while (_items.MoveNext())
        {
            yield return _items.Current;
        }
    }
}

/// <summary>namespace(…): the one value that templates can change.</summary>
internal sealed class NamespaceValue(DictValue attributes)
{
    public DictValue Attributes { get; } = attributes;
}

/// <summary>Something that can be called: a global function or a bound method.</summary>
internal sealed class FunctionValue(string name, Func<TemplateRun, Arguments, object> body)
{
    public string Name { get; } = name;

    public Func<TemplateRun, Arguments, object> Body { get; } = body;
}

/// <summary>cycler(…).</summary>
internal sealed class CyclerValue(object[] items)
{
    private int _position;

    public object Current => items[_position];

    public object Next()
    {
        object current = Current;
        _position = (_position + 1) % items.Length;
        return current;
    }

    public void Reset() => _position = 0;
}

/// <summary>A variable, attribute, key or index that does not exist. It prints as nothing; most work with it is an error.</summary>
internal sealed class Undefined(string message, ChatTemplateErrorKind kind = ChatTemplateErrorKind.Undefined)
{
    public static Undefined Variable(string name) => new($"'{name}' is undefined");

    public static Undefined Unsafe(string name, object owner) => new(
        $"access to attribute '{name}' of '{Kinds.Name(owner)}' object is unsafe.", ChatTemplateErrorKind.Security);

    /// <summary>Whether it may be iterated, as nothing.</summary>
    public bool Safe => kind == ChatTemplateErrorKind.Undefined;

    public TemplateFault Fault() => new(kind, message);
}
