using KvCompose.Models.Templates.Running;

namespace KvCompose.Models.Templates.Values;

/// <summary>A dict: keys in the order in which they came, equal as Python compares them (1 == 1.0 == True).</summary>
internal sealed class DictValue
{
    private readonly OrderedDictionary<object, object> _items = new(KeyComparer.Instance);

    public int Count => _items.Count;

    public IEnumerable<KeyValuePair<object, object>> Pairs => _items;

    public IEnumerable<object> Keys => _items.Keys;

    /// <summary>Sets a value; an equal key that is there already keeps its spelling and place.</summary>
    public void Set(object key, object value) => _items[key] = value;

    public void Set(string key, object value) => _items[Text.Of(key)] = value;

    public bool TryGet(object key, out object value) => _items.TryGetValue(key, out value!);

    public bool TryGet(string key, out object value) => _items.TryGetValue(Text.Of(key), out value!);

    public DictValue Copy()
    {
        var copy = new DictValue();
        foreach ((object key, object value) in _items)
        {
            copy.Set(key, value);
        }

        return copy;
    }

    private sealed class KeyComparer : IEqualityComparer<object>
    {
        public static KeyComparer Instance { get; } = new();

        public new bool Equals(object? a, object? b) => Comparing.Equal(a!, b!);

        public int GetHashCode(object key) => Comparing.Hash(key);
    }
}

/// <summary>keys(), values() or items() of a dict.</summary>
internal sealed class DictView(string name, DictValue dict)
{
    public string Name { get; } = name;

    public DictValue Dict { get; } = dict;

    public IEnumerable<object> Items() => Name switch
    {
        "dict_keys" => Dict.Keys,
        "dict_values" => Dict.Pairs.Select(pair => pair.Value),
        _ => Dict.Pairs.Select(pair => (object)new TupleValue([pair.Key, pair.Value])),
    };
}
