using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace KvCompose.Evaluation;

/// <summary>
/// The results of an evaluation on disk: one folder per pipeline, length, budget and mode, with predictions.csv, metrics.json and config.yaml
/// as kvpress writes them, and the figures of every task in its cells folder. Every file appears whole or not at all, so that a run that
/// was interrupted goes on where it stopped.
/// </summary>
public sealed class ResultsFolder
{
    private const string SettingFile = "evaluation.json";
    private const string CellsFolder = "cells";

    private readonly string _path;
    private readonly Dictionary<CellKey, CellResult> _cells = [];

    private ResultsFolder(string path, EvaluationSetting setting) => (_path, Setting) = (path, setting);

    /// <summary>What all cells have in common.</summary>
    public EvaluationSetting Setting { get; }

    /// <summary>All cells that are done.</summary>
    public IReadOnlyCollection<CellResult> Cells => _cells.Values;

    /// <summary>Opens a folder, and makes it if it is not there.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="setting">What the cells have in common.</param>
    /// <param name="use">What may happen to results that it holds.</param>
    /// <exception cref="ResultsFolderException">It holds results and must not, results of another setting, other files, or what cannot be read.</exception>
    public static ResultsFolder Open(string path, EvaluationSetting setting, FolderUse use)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(setting);
        try
        {
            var folder = new ResultsFolder(Path.GetFullPath(path), setting);
            folder.Prepare(use);
            return folder;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ResultsFolderException(path, $"cannot be used: {error.Message}", error);
        }
    }

    /// <summary>A cell that is done, or null.</summary>
    public CellResult? Find(CellKey key) => _cells.GetValueOrDefault(key);

    /// <summary>Writes a cell, and the files of its run again.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(CellResult cell)
    {
        ArgumentNullException.ThrowIfNull(cell);
        string run = Path.Combine(_path, cell.Key.Folder(Setting.Model));
        Directory.CreateDirectory(Path.Combine(run, CellsFolder));
        Write(Path.Combine(run, CellsFolder, $"{cell.Key.Task}.json"), stream => JsonSerializer.Serialize(stream, cell, ResultsJson.Default.CellResult));
        _cells[cell.Key] = cell;
        CellResult[] tasks = [.. _cells.Values
            .Where(other => other.Key with { Task = cell.Key.Task } == cell.Key).OrderBy(other => other.Key.Task, StringComparer.Ordinal)];
        Write(Path.Combine(run, "predictions.csv"), stream => KvPressFiles.WritePredictions(stream, tasks));
        Write(Path.Combine(run, "metrics.json"), stream => KvPressFiles.WriteMetrics(stream, tasks));
        Write(Path.Combine(run, "config.yaml"), stream => KvPressFiles.WriteConfiguration(stream, cell.Key, Setting));
    }

    /// <summary>Writes a file of the evaluation as a whole.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="write">Writes its content.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(string name, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        using AtomicFile file = AtomicFile.Create(Path.Combine(_path, name));
        write(file.Stream);
        file.Commit();
    }

    private void Prepare(FolderUse use)
    {
        string settingFile = Path.Combine(_path, SettingFile);
        if (Directory.Exists(_path) && Directory.EnumerateFileSystemEntries(_path).Any())
        {
            Require(File.Exists(settingFile), $"is not empty, and has no {SettingFile}: it holds no results of an evaluation");
            Require(use != FolderUse.New, "holds results already; resume them, overwrite them, or name another folder");
            if (use == FolderUse.Resume)
            {
                EvaluationSetting held = Read(settingFile, ResultsJson.Default.EvaluationSetting);
                Require(held == Setting, $"holds results of {held}, which do not go with {Setting}");
                LoadCells();
                return;
            }

            Drop();
        }

        Directory.CreateDirectory(_path);
        Write(SettingFile, stream => JsonSerializer.Serialize(stream, Setting, ResultsJson.Default.EvaluationSetting));
    }

    private void LoadCells()
    {
        foreach (string file in Runs().SelectMany(run => Directory.EnumerateFiles(Path.Combine(run, CellsFolder), "*.json")))
        {
            CellResult cell = Read(file, ResultsJson.Default.CellResult);
            _cells[cell.Key] = cell;
        }
    }

    /// <summary>Deletes what this class writes, and nothing else.</summary>
    private void Drop()
    {
        foreach (string run in Runs())
        {
            Directory.Delete(run, recursive: true);
        }

        File.Delete(Path.Combine(_path, SettingFile));
    }

    private string[] Runs() => [.. Directory.EnumerateDirectories(_path).Where(run => Directory.Exists(Path.Combine(run, CellsFolder))).Order(StringComparer.Ordinal)];

    private static T Read<T>(string file, JsonTypeInfo<T> type)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            return JsonSerializer.Deserialize(stream, type) ?? throw new ResultsFolderException(file, "holds nothing");
        }
        catch (JsonException error)
        {
            throw new ResultsFolderException(file, $"cannot be read: {error.Message}", error);
        }
    }

    private void Require(bool holds, string problem)
    {
        if (!holds)
        {
            throw new ResultsFolderException(_path, problem);
        }
    }
}
