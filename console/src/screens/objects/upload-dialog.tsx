// Before an upload: which files, what to do where a key is taken, and, folded away, everything an
// object can be given at birth.

import { FilePlus2, FolderPlus } from "lucide-react";
import { useId, useRef, useState } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { Choice } from "../../components/field.tsx";
import { formatBytes } from "../../components/format.ts";
import { SafeText } from "../../components/safe-text.tsx";
import { ShowAs } from "../../components/show-as.tsx";
import { frame } from "../../messages/en/frame.ts";
import { objects as text } from "../../messages/en/objects.ts";
import { startUpload } from "../../work/upload/batch.ts";
import { type ChosenFile, filesOfInput } from "../../work/upload/files.ts";
import { inputOf, refuse, type UploadSettings, usualSettings } from "../../work/upload/settings.ts";
import { UploadOptions } from "./upload-options.tsx";

interface UploadDialogProps {
  readonly bucket: string;
  readonly folder: string;
  readonly hasLock: boolean;
  /** What was dropped or chosen; more may be dropped while this is open. */
  readonly files: readonly ChosenFile[];
  onFiles(files: readonly ChosenFile[]): void;
  onClose(): void;
}

const shownFiles = 200;

export function UploadDialog(props: UploadDialogProps) {
  const { bucket, folder, hasLock, files, onFiles, onClose } = props;
  const [settings, setSettings] = useState<UploadSettings>(usualSettings);
  const add = (list: FileList | null) => {
    // Copied before the input is emptied: the list is the input's own.
    const chosen = list === null ? [] : filesOfInput(list);
    onFiles([...files, ...chosen]);
  };
  const start = () => {
    startUpload({ bucket, folder, files, settings });
    onClose();
  };
  const input = {
    Bucket: bucket,
    Key: folder + (files[0]?.path ?? "KEY"),
    Body: { file: files[0]?.path ?? "FILE" },
    ...(settings.conflict !== "overwrite" && { IfNoneMatch: "*" }),
    ...inputOf(settings, files[0]?.file.type ?? ""),
  };
  const actions = (
    <>
      <ShowAs calls={[{ service: "s3", operation: "PutObject", input }]} />
      <Button onClick={onClose}>{frame("cancel")}</Button>
      <Button
        kind="primary"
        disabledReason={files.length === 0 ? text("needFiles") : refuse(settings)}
        onClick={start}
      >
        {files.length > 0 ? text("uploadCount", { count: files.length }) : text("upload")}
      </Button>
    </>
  );
  return (
    <Dialog
      title={text("upload")}
      lead={
        <>
          {text("uploadTo")} <SafeText>{`${bucket}/${folder}`}</SafeText>
        </>
      }
      isOpen
      onClose={onClose}
      actions={actions}
    >
      <div className="row">
        <FileButton label={text("chooseFiles")} icon={<FilePlus2 />} onFiles={add} />
        <FileButton label={text("chooseFolder")} icon={<FolderPlus />} isFolder onFiles={add} />
        <span className="muted">{text("orDrop")}</span>
      </div>
      {files.length > 0 && <FileList files={files} onClear={() => onFiles([])} />}
      <Choice
        label={text("conflict")}
        value={settings.conflict}
        onChange={(conflict) => setSettings({ ...settings, conflict })}
        options={[
          { value: "overwrite", label: text("conflictOverwrite") },
          { value: "skip", label: text("conflictSkip") },
          { value: "keep-both", label: text("conflictKeep") },
        ]}
      />
      <UploadOptions settings={settings} hasLock={hasLock} onChange={setSettings} />
    </Dialog>
  );
}

interface FileListProps {
  readonly files: readonly ChosenFile[];
  onClear(): void;
}

function FileList({ files, onClear }: FileListProps) {
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  return (
    <div className="row chosen-files">
      <details>
        <summary>{text("chosenFiles", { count: files.length, size: formatBytes(bytes) })}</summary>
        <ul className="small">
          {files.slice(0, shownFiles).map(({ path, file }) => (
            <li key={path} className="row spread">
              <SafeText>{path}</SafeText>
              <span className="muted">{formatBytes(file.size)}</span>
            </li>
          ))}
          {files.length > shownFiles && <li className="muted">…</li>}
        </ul>
      </details>
      <Button kind="quiet" onClick={onClear}>
        {text("clearFiles")}
      </Button>
    </div>
  );
}

interface FileButtonProps {
  readonly label: string;
  readonly icon: React.ReactNode;
  readonly isFolder?: boolean;
  onFiles(files: FileList | null): void;
}

function FileButton({ label, icon, isFolder, onFiles }: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  return (
    <>
      <input
        ref={input}
        id={id}
        type="file"
        multiple
        hidden
        aria-label={label}
        {...(isFolder && { webkitdirectory: "" })}
        onChange={(event) => {
          onFiles(event.target.files);
          event.target.value = "";
        }}
      />
      <Button icon={icon} onClick={() => input.current?.click()}>
        {label}
      </Button>
    </>
  );
}
