using System.Globalization;
using System.Text.RegularExpressions;

namespace KvCompose.Models.Files.Gguf;

/// <summary>A GGUF model: one file, or all parts of a split, whichever of them was given. Metadata stands in the first part.</summary>
internal sealed partial class GgufModel : IDisposable
{
    private const string Number = "split.no";
    private const string Count = "split.count";
    private const string TensorCount = "split.tensors.count";

    private readonly GgufFile[] _files;

    private GgufModel(GgufFile[] files)
    {
        _files = files;
        var tensors = new Dictionary<string, StoredTensor>();
        foreach (StoredTensor tensor in files.SelectMany(static file => file.Tensors))
        {
            if (!tensors.TryAdd(tensor.Name, tensor))
            {
                throw new CheckpointFormatException(
                    tensor.File.Path, $"tensor '{tensor.Name}' is in '{Path.GetFileName(tensors[tensor.Name].File.Path)}' as well");
            }
        }

        Tensors = tensors;
    }

    public GgufMetadata Metadata => _files[0].Metadata;

    public IReadOnlyList<GgufFile> Files => _files;

    public IReadOnlyDictionary<string, StoredTensor> Tensors { get; }

    /// <exception cref="CheckpointFormatException">A part is missing, cannot be read, or contradicts another.</exception>
    public static GgufModel Open(string path)
    {
        var files = new List<GgufFile>();
        try
        {
            GgufFile given = GgufFile.Open(path);
            files.Add(given);
            int count = ReadInteger(given, Count, 0, ushort.MaxValue, absent: 0);
            if (count > 1)
            {
                OpenParts(path, count, files);
            }

            return new GgufModel([.. files]);
        }
        catch
        {
            files.ForEach(static file => file.Dispose());
            throw;
        }
    }

    public void Dispose()
    {
        foreach (GgufFile file in _files)
        {
            file.Dispose();
        }
    }

    /// <summary>Whether the file's name is that of a part after the first.</summary>
    public static bool IsLaterPart(string path)
    {
        Match match = PartName().Match(Path.GetFileName(path));
        return match.Success && int.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture) > 1;
    }

    private static void OpenParts(string path, int count, List<GgufFile> files)
    {
        GgufFile given = files[0];
        Match match = PartName().Match(Path.GetFileName(path));
        if (!match.Success || int.Parse(match.Groups["count"].ValueSpan, CultureInfo.InvariantCulture) != count)
        {
            throw new CheckpointFormatException(
                path, $"'{Count}' is {count}, expected the file name to end with -00001-of-{count:D5}.gguf or another part's number");
        }

        string folder = Path.GetDirectoryName(path) ?? "";
        files.Clear();
        long tensors = 0;
        try
        {
            for (int i = 0; i < count; i++)
            {
                string name = Path.Combine(folder, $"{match.Groups["prefix"].Value}-{i + 1:D5}-of-{count:D5}.gguf");
                bool isGiven = i + 1 == int.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture);
                GgufFile file = isGiven ? given : GgufFile.Open(name);
                files.Add(file);
                CheckPart(file, i, count);
                tensors += file.Tensors.Count;
            }
        }
        catch when (!files.Contains(given))
        {
            given.Dispose();
            throw;
        }

        int announced = ReadInteger(files[0], TensorCount, 0, int.MaxValue, absent: null);
        if (announced != tensors)
        {
            throw new CheckpointFormatException(
                files[0].File.Path, $"'{TensorCount}' is {announced}, all parts together hold {tensors} tensors");
        }
    }

    private static void CheckPart(GgufFile file, int number, int count)
    {
        int ownCount = ReadInteger(file, Count, 0, ushort.MaxValue, absent: null);
        if (ownCount != count)
        {
            throw new CheckpointFormatException(file.File.Path, $"'{Count}' is {ownCount}, another part says {count}");
        }

        int ownNumber = ReadInteger(file, Number, 0, ushort.MaxValue, absent: null);
        if (ownNumber != number)
        {
            throw new CheckpointFormatException(file.File.Path, $"'{Number}' is {ownNumber}, by its name it is {number}, counted from 0");
        }
    }

    private static int ReadInteger(GgufFile file, string key, int least, int most, int? absent)
    {
        if (file.Metadata.Find(key) is not { } value)
        {
            return absent ?? throw new CheckpointFormatException(file.File.Path, $"'{key}' is missing");
        }

        return value.IsInteger && value.Integer >= least && value.Integer <= most
            ? (int)value.Integer
            : throw new CheckpointFormatException(file.File.Path, $"'{key}' is {value}, expected an integer from {least} to {most}");
    }

    [GeneratedRegex(@"^(?<prefix>.+)-(?<number>\d{5})-of-(?<count>\d{5})\.gguf$", RegexOptions.CultureInvariant)]
    private static partial Regex PartName();
}
